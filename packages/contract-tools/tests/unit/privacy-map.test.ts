import { describe, expect, test } from "@jest/globals";
import { compilePrivacyMap } from "../../src/codegen.ts";
import type { PrivacyMap } from "@millrace/event-contracts";
import type { Json } from "../../src/registry.ts";
import { sensitivePaths } from "../support/apply-privacy.ts";
import { registryOf } from "../support/contracts-of.ts";

const hmac = { type: "string", "x-privacy": { class: "email", action: "hmac" } };
const mask = { type: "string", "x-privacy": { class: "name", action: "mask" } };
const drop = { "x-privacy": { class: "address", action: "drop" } };

function pathsIn(schema: Json, data: unknown, others: Record<string, Json> = {}): Record<string, string> {
  const registry = registryOf({ "events/test/a/1-0-0.json": schema, ...others });
  const map = compilePrivacyMap(registry.newestOf("test.a")!, registry.resources);
  // As enrichment gets it: through JSON.
  return map === undefined ? {} : sensitivePaths(JSON.parse(JSON.stringify(map)) as PrivacyMap, data);
}

describe("the privacy map", () => {
  test("is absent when nothing is annotated", () => {
    const schema = { type: "object", properties: { a: { type: "string" } }, additionalProperties: false };
    const registry = registryOf({ "events/test/a/1-0-0.json": schema });
    expect(compilePrivacyMap(registry.newestOf("test.a")!, registry.resources)).toBeUndefined();
  });

  test("reaches nested objects, arrays and tuples", () => {
    const schema = {
      properties: {
        customer: { properties: { email: hmac } },
        people: { items: { properties: { name: mask } } },
        pair: { prefixItems: [{ type: "integer" }, mask] },
      },
    };
    const data = { customer: { email: "e", other: 1 }, people: [{ name: "n" }, { name: "m" }], pair: [1, "n"] };
    // Over-approximation: any element of a tuple counts.
    expect(pathsIn(schema, data)).toEqual({
      "/customer/email": "hmac",
      "/people/0/name": "mask",
      "/people/1/name": "mask",
      "/pair/0": "mask",
      "/pair/1": "mask",
    });
  });

  test("follows $ref within and between documents, and into the targets of pointers", () => {
    const shared = {
      $defs: { person: { properties: { email: hmac } } },
      properties: { owner: { $ref: "#/$defs/person" } },
    };
    const schema = {
      properties: {
        a: { $ref: "../../../shared/s/1-0-0.json" },
        b: { $ref: "../../../shared/s/1-0-0.json#/$defs/person" },
      },
    };
    expect(
      pathsIn(schema, { a: { owner: { email: "e" } }, b: { email: "e" } }, { "shared/s/1-0-0.json": shared }),
    ).toEqual({
      "/a/owner/email": "hmac",
      "/b/email": "hmac",
    });
  });

  test("merges every branch, and of two rules for one value keeps the strictest", () => {
    const schema = {
      oneOf: [{ properties: { kind: { const: "a" }, x: hmac } }, { properties: { kind: { const: "b" }, x: mask } }],
      anyOf: [{ properties: { y: hmac } }, true],
      allOf: [{ properties: { x: { type: "string" } } }],
      if: { properties: { z: hmac } },
      then: { properties: { w: mask } },
      else: { properties: { v: drop } },
      dependentSchemas: { x: { properties: { u: mask } } },
    };
    const data = { kind: "neither", x: "x", y: "y", z: "z", w: "w", v: "v", u: "u" };
    expect(pathsIn(schema, data)).toEqual({
      "/x": "mask",
      "/y": "hmac",
      "/z": "hmac",
      "/w": "mask",
      "/v": "drop",
      "/u": "mask",
    });
  });

  test("sees properties that only a pattern or the rest of names covers", () => {
    const schema = {
      allOf: [
        { properties: { known: { type: "string" } }, patternProperties: { "^mail": hmac }, additionalProperties: mask },
        { properties: { other: { type: "string" } } },
      ],
    };
    // `other` is named by one branch, but for the first branch it is one of the rest.
    expect(pathsIn(schema, { known: "k", mail1: "m", other: "o", rest: "r" })).toEqual({
      "/mail1": "mask",
      "/other": "mask",
      "/rest": "mask",
    });
    expect(
      pathsIn(
        { properties: { mail: { type: "string" } }, patternProperties: { "^mail": hmac } },
        { mail: "m", mailer: "n" },
      ),
    ).toEqual({
      "/mail": "hmac",
      "/mailer": "hmac",
    });
  });

  test("ends on recursive schemas and masks at every depth", () => {
    const schema = { properties: { email: hmac, children: { items: { $ref: "#" } } } };
    const data = { email: "a", children: [{ email: "b", children: [{ email: "c" }] }] };
    expect(pathsIn(schema, data)).toEqual({
      "/email": "hmac",
      "/children/0/email": "hmac",
      "/children/0/children/0/email": "hmac",
    });
  });

  test("holds for events that break their schema: a list where one value belongs, an object where a text belongs", () => {
    const schema = { properties: { customer: { properties: { email: hmac } } } };
    expect(pathsIn(schema, { customer: [{ email: "a" }, [{ email: "b" }]] })).toEqual({
      "/customer/0/email": "hmac",
      "/customer/1/0/email": "hmac",
    });
    expect(pathsIn(schema, { customer: { email: { raw: "a" } } })).toEqual({ "/customer/email": "hmac" });
    expect(pathsIn(schema, { customer: { email: ["a"] } })).toEqual({
      "/customer/email": "hmac",
      "/customer/email/0": "hmac",
    });
  });

  test("drops what an unreadable annotation stands on, for a typing error must let nothing through", () => {
    expect(pathsIn({ properties: { a: { "x-privacy": { class: "email", action: "hash" } } } }, { a: 1 })).toEqual({
      "/a": "drop",
    });
    expect(pathsIn({ properties: { a: { "x-privacy": "email" } } }, { a: 1 })).toEqual({ "/a": "drop" });
  });

  test("drops a value with names or a text inside that are annotated, for neither can be masked by itself", () => {
    const schema = {
      properties: {
        points: { propertyNames: mask },
        letter: { contentMediaType: "application/json", contentSchema: { properties: { name: mask } } },
        referring: { propertyNames: { $ref: "#/$defs/name" } },
        harmless: { propertyNames: { "x-privacy": false } },
      },
      $defs: { name: mask },
    };
    const data = { points: { Ada: 1 }, letter: '{"name":"Ada"}', referring: { Ada: 1 }, harmless: { a: 1 } };
    expect(pathsIn(schema, data)).toEqual({ "/points": "drop", "/letter": "drop", "/referring": "drop" });
  });

  test("follows a dynamic reference to whatever it can lead to, over all documents on the way", () => {
    const list = {
      properties: { items: { items: { $dynamicRef: "#item" } } },
      $defs: { item: { $dynamicAnchor: "item" } },
    };
    const schema = {
      $ref: "../../../shared/list/1-0-0.json",
      $defs: { mine: { $dynamicAnchor: "item", properties: { name: mask } } },
    };
    const data = { items: [{ name: "Ada", other: 1 }] };
    expect(pathsIn(schema, data, { "shared/list/1-0-0.json": list })).toEqual({ "/items/0/name": "mask" });
  });

  test("takes names of Object.prototype for names", () => {
    const schema = JSON.parse(
      `{"properties":{"__proto__":${JSON.stringify(hmac)},"constructor":${JSON.stringify(mask)}}}`,
    ) as Json;
    const data = JSON.parse('{"__proto__":"a","constructor":"b","toString":"c"}') as unknown;
    expect(pathsIn(schema, data)).toEqual({ "/__proto__": "hmac", "/constructor": "mask" });
  });
});

describe("the privacy map tells where a valid value may have properties that nobody declared", () => {
  const closed = { type: "object", additionalProperties: false };
  const word = { type: "string" };

  function openPaths(schema: Json): string[] {
    const registry = registryOf({ "events/test/a/1-0-0.json": schema });
    const { nodes } = compilePrivacyMap(registry.newestOf("test.a")!, registry.resources) ?? { nodes: [] };
    const found: string[] = [];
    const visit = (index: number, path: string, above: readonly number[]): void => {
      const node = nodes[index]!;
      if (node.open === true) found.push(path);
      if (above.includes(index)) return;
      const children = [...Object.entries(node.properties ?? {}), ["*", node.additional], ["[]", node.items]] as const;
      for (const [name, child] of children) if (child !== undefined) visit(child, `${path}/${name}`, [...above, index]);
    };
    if (nodes.length > 0) visit(0, "", []);
    return found;
  }

  test.each<[string, Json, string[]]>([
    ["nowhere when all is closed", { ...closed, properties: { a: { ...closed, properties: { b: word } } } }, []],
    ["at the root", { type: "object", properties: { a: word } }, [""]],
    ["below a closed one", { ...closed, properties: { a: { type: "object", properties: { b: word } } } }, ["/a"]],
    ["in a value of any type", { ...closed, properties: { a: {} } }, ["/a"]],
    [
      "in a value that `true` describes: nothing is known of it",
      { ...closed, properties: { a: { items: true } } },
      ["/a"],
    ],
    ["in elements", { ...closed, properties: { a: { type: "array", items: { type: "object" } } } }, ["/a/[]"]],
    ["in a list whose elements nobody describes", { ...closed, properties: { a: { type: "array" } } }, ["/a"]],
    ["in a tuple that may be longer", { ...closed, properties: { a: { prefixItems: [word] } } }, ["/a", "/a/[]"]],
    ["not in one of two closed branches", { ...closed, properties: { a: { anyOf: [closed, { type: "null" }] } } }, []],
    ["in one of two branches", { ...closed, properties: { a: { oneOf: [closed, { type: "object" }] } } }, ["/a"]],
    ["where only a branch closes", { type: "object", if: { required: ["a"] }, then: closed }, [""]],
    [
      "where only a branch declares a closed value",
      { ...closed, properties: { a: {} }, anyOf: [{ properties: { a: closed } }, { required: ["b"] }] },
      ["/a"],
    ],
    ["not where every part of allOf is one", { allOf: [closed, { type: "object" }] }, []],
    ["not through a reference", { $ref: "#/$defs/closed", $defs: { closed } }, []],
    ["not where `unevaluatedProperties` closes", { type: "object", unevaluatedProperties: false }, []],
    [
      "where a branch evaluates the others that `unevaluatedProperties` would refuse",
      { type: "object", unevaluatedProperties: false, anyOf: [{ required: ["a"] }, { additionalProperties: true }] },
      ["", "/*"],
    ],
    [
      "where `items: true` evaluates what `unevaluatedItems` would refuse",
      { ...closed, properties: { a: { type: "array", items: true, unevaluatedItems: false } } },
      ["/a"],
    ],
    ["where a pattern takes any name", { ...closed, patternProperties: { "^[a-z]+$": word } }, [""]],
    ["not where a pattern takes names of its own", { ...closed, patternProperties: { "^x-": word } }, []],
    [
      "in draft-07 where the closing word stands beside a reference, and says nothing",
      {
        $schema: "http://json-schema.org/draft-07/schema#",
        ...closed,
        properties: { a: { $ref: "#/definitions/a", ...closed } },
        definitions: { a: { type: "object" } },
      },
      ["/a"],
    ],
    [
      "in draft-07 where a schema closes it that stands beside a reference, below another keyword",
      {
        $schema: "http://json-schema.org/draft-07/schema#",
        ...closed,
        properties: { a: { $ref: "#/definitions/a", properties: { b: closed } } },
        definitions: { a: { ...closed, properties: { b: {} } } },
      },
      ["/a/b"],
    ],
    ["not where the author says that nothing is sensitive", { type: "object", "x-privacy": false }, []],
  ])("%s", (_, schema, expected) => {
    expect(openPaths(schema)).toEqual(expected);
  });

  test("and keeps names there, and those spelled like an annotated one, as declared", () => {
    const mask = { type: "string", "x-privacy": { class: "name", action: "mask" } };
    const schema = {
      ...closed,
      properties: {
        product: { ...closed, properties: { Full_Name: word, size: word } },
        customer: { ...closed, properties: { fullName: mask } },
        labels: { type: "object", properties: { color: word } },
      },
    };
    const registry = registryOf({ "events/test/a/1-0-0.json": schema });
    const { nodes } = compilePrivacyMap(registry.newestOf("test.a")!, registry.resources)!;
    const namesAt = (name: string) => Object.keys(nodes[nodes[0]!.properties![name]!]!.properties!);
    expect(namesAt("product")).toEqual(["Full_Name"]);
    expect(namesAt("labels")).toEqual(["color"]);
  });
});
