import { describe, expect, test } from "@jest/globals";
import { checkSchemas } from "../../src/check/check-schemas.ts";
import type { SchemasFolder } from "../../src/check/schemas-folder.ts";
import type { JsonObject } from "../../src/registry.ts";
import { edited, id, object, order, replaced, soundFolder, withVersion } from "../support/schemas-folder.ts";

interface Schema extends JsonObject {
  properties: Record<string, JsonObject>;
  required: string[];
}

interface Case {
  /** The change to a sound folder. */
  change: string;
  folder: (sound: SchemasFolder) => SchemasFolder;
  /** `file#pointer rule` of every fault there is to be. */
  faults: string[];
  /** Expression that one of the messages has to match. */
  says?: RegExp;
}

const v1 = "events/shop/order/1-0-0.json";
const change = (edit: (schema: Schema) => unknown) => (folder: SchemasFolder) => edited(folder, v1, edit);
const next = (version: string, edit: (schema: Schema) => unknown) => (folder: SchemasFolder) =>
  withVersion(folder, version, edit);
const property = (schema: Schema, name: string): JsonObject => schema.properties[name] ?? {};
const $schema = "https://json-schema.org/draft/2020-12/schema";
const text = (value: unknown): string => JSON.stringify(value);

/** The merged state is the sound folder, unless the case is about a new contract. */
const bad: (Case & { isUnmerged?: boolean })[] = [
  // History
  {
    change: "edits a merged file",
    folder: change((schema) => (schema["description"] = "Better words.")),
    faults: [`${v1}# edited-version`],
  },
  {
    change: "removes a merged file",
    folder: (folder) =>
      new Map([...folder].filter(([file]) => !file.startsWith("events/") && !file.startsWith("examples/"))),
    faults: [`${v1}# removed-version`],
  },
  {
    change: "leaves a gap between versions",
    folder: next("1-0-2", (schema) => (property(schema, "note")["x-note"] = true)),
    faults: ["events/shop/order/1-0-2.json# version-gap"],
    says: /Name it 1-0-1, 1-1-0, 2-0-0/,
  },
  {
    change: "begins with a version that is not the first",
    folder: (folder) =>
      new Map(
        [...folder].map(([file, body]) => [
          file.replace("order/1-0-0", "order/1-2-0"),
          body.replaceAll("order/1-0-0", "order/1-2-0"),
        ]),
      ),
    faults: ["events/shop/order/1-2-0.json# version-gap"],
    isUnmerged: true,
  },
  {
    change: "removes a field that a route reads, as an ADDITION",
    folder: next("1-0-1", (schema) => {
      const { total: _, ...others } = schema.properties;
      schema.properties = others;
    }),
    faults: [
      "events/shop/order/1-0-1.json#/properties/total compatibility",
      "examples/shop/order/1-0-1/valid/typical.json# example",
    ],
    says: /The field `total` is gone\..*billing\/paid \(routes\/billing\.json#\/routes\/0\/pattern\/event\/data\/\$or\/0\/total\)[^]*2-0-0/,
  },
  {
    change: "changes a type, as a REVISION",
    folder: next("1-1-0", (schema) => (property(schema, "orderId")["type"] = ["string", "null"])),
    faults: ["events/shop/order/1-1-0.json#/properties/orderId compatibility"],
    says: /from "string" to "null" or "string".*billing\/paid \(routes\/billing\.json#\/routes\/0\/partitionKey\)[^]*2-0-0/,
  },
  {
    change: "makes a field required, as an ADDITION",
    folder: next("1-0-1", (schema) => schema.required.push("count")),
    faults: ["events/shop/order/1-0-1.json#/properties/count compatibility"],
    says: /`count` is required now[^]*MODEL, 2-0-0/,
  },
  {
    change: "adds a required field, as a REVISION",
    folder: next("1-1-0", (schema) => {
      schema.properties["shop"] = { type: "string", description: "Shop." };
      schema.required.push("shop");
    }),
    faults: [
      "events/shop/order/1-1-0.json#/properties/shop compatibility",
      "examples/shop/order/1-1-0/valid/typical.json# example",
    ],
  },
  {
    change: "tightens a bound, as an ADDITION",
    folder: next("1-0-1", (schema) => (property(schema, "count")["maximum"] = 50)),
    faults: ["events/shop/order/1-0-1.json#/properties/count compatibility"],
    says: /from `100` to `50`[^]*REVISION, 1-1-0/,
  },
  {
    change: "takes a value out of an enum, as an ADDITION",
    folder: next("1-0-1", (schema) => (property(schema, "state")["enum"] = ["open"])),
    faults: ["events/shop/order/1-0-1.json#/properties/state compatibility"],
    says: /Values are gone: `"paid"`.*billing\/paid/,
  },
  {
    change: "masks a field that consumers see in clear, as an ADDITION",
    folder: next("1-0-1", (schema) => (property(schema, "orderId")["x-privacy"] = { class: "order", action: "hmac" })),
    faults: ["events/shop/order/1-0-1.json#/properties/orderId compatibility"],
  },
  {
    change: "breaks readers through a new version of a shared schema",
    folder: (folder) => {
      const context = "shared/context/2-0-0.json";
      const schema = (folder.get("shared/context/1-0-0.json") ?? "")
        .replaceAll("1-0-0", "2-0-0")
        .replaceAll("pageUrl", "url");
      return withVersion(new Map([...folder, [context, schema]]), "1-0-1", (order: Schema) => {
        property(order, "context")["$ref"] = id(context);
      });
    },
    faults: [
      "events/shop/order/1-0-1.json#/properties/context compatibility",
      "events/shop/order/1-0-1.json#/properties/context compatibility",
      "examples/shop/order/1-0-1/valid/typical.json#/context example",
      "examples/shop/order/1-0-1/valid/typical.json#/context example",
    ],
  },
  // Documents
  {
    change: "writes broken JSON",
    folder: (folder) => new Map([...folder, ["events/shop/refund/1-0-0.json", '{"type": "object",}']]),
    faults: ["events/shop/refund/1-0-0.json# json"],
    says: /line 1 column 19/,
  },
  {
    change: "writes a name twice, and the first is lost",
    folder: (folder) =>
      new Map([
        ...folder,
        [v1, (folder.get(v1) ?? "").replace('"properties": {', '"properties": { "email": { "x-privacy": [{}] },')],
        ["examples/shop/order/1-0-0/invalid/twice.json", '{"total": [1, {"a/b": "}", "c": 1, "a\\/b": 2}]}'],
      ]),
    faults: [`${v1}#/properties/email json`, "examples/shop/order/1-0-0/invalid/twice.json#/total/1/a~1b json"],
    isUnmerged: true,
  },
  {
    change: "puts files where nobody reads them",
    folder: (folder) =>
      new Map([
        ...folder,
        ["order.json", "{}"],
        ["events/shop/refund/1-0-0.yaml", "type: object"],
        ["events/shop/README.md", "Words for people."],
      ]),
    faults: ["events/shop/refund/1-0-0.yaml# path", "order.json# path"],
  },
  {
    change: "leaves out the dialect",
    folder: change((schema) => delete schema["$schema"]),
    faults: [`${v1}# dialect`],
    isUnmerged: true,
  },
  {
    change: "puts a schema where none belongs",
    folder: (folder) => new Map([...folder, ["events/refund/v1.json", "{}"]]),
    faults: ["events/refund/v1.json# path"],
  },
  {
    change: "copies a schema without giving it its own $id",
    folder: (folder) => new Map([...folder, ["events/shop/refund/1-0-0.json", folder.get(v1) ?? ""]]),
    faults: ["events/shop/refund/1-0-0.json#/$id id"],
  },
  {
    change: "uses a dialect that is not supported",
    folder: change((schema) => (schema["$schema"] = "http://json-schema.org/draft-04/schema#")),
    faults: [
      `${v1}#/$schema dialect`,
      "examples/shop/order/1-0-0/invalid/no-order.json# stray-example",
      "examples/shop/order/1-0-0/valid/typical.json# stray-example",
    ],
    isUnmerged: true,
  },
  {
    change: "writes a keyword with a value of the wrong type",
    folder: change((schema) => (property(schema, "orderId")["minLength"] = "1")),
    faults: [`${v1}#/properties/orderId/minLength meta-schema`],
    isUnmerged: true,
  },
  {
    change: "refers to a version that does not exist",
    folder: change((schema) => (property(schema, "context")["$ref"] = id("shared/context/1-0-7.json"))),
    faults: [`${v1}#/properties/context/$ref dangling-ref`],
    isUnmerged: true,
  },
  {
    change: "refers to a document of another dialect",
    folder: (folder) =>
      edited(
        new Map([
          ...folder,
          ["shared/old/1-0-0.json", text({ $schema: "http://json-schema.org/draft-07/schema#", type: "string" })],
        ]),
        v1,
        (schema: Schema) => (schema.properties["old"] = { $ref: id("shared/old/1-0-0.json") }),
      ),
    faults: [`${v1}#/properties/old/$ref dangling-ref`],
    says: /2020-12, but refers to one in draft-07/,
    isUnmerged: true,
  },
  {
    change: "requires a field that is not defined",
    folder: change((schema) => schema.required.push("oderId")),
    faults: [`${v1}#/required/2 undefined-required`, "examples/shop/order/1-0-0/valid/typical.json# example"],
    isUnmerged: true,
  },
  {
    change: "misspells a keyword",
    folder: change((schema) => (property(schema, "total")["minimun"] = 0)),
    faults: [`${v1}#/properties/total/minimun unknown-keyword`],
    isUnmerged: true,
  },
  {
    change: "uses a format that nobody checks",
    folder: change((schema) => (property(schema, "orderId")["format"] = "order-number")),
    faults: [`${v1}#/properties/orderId/format unknown-format`],
    isUnmerged: true,
  },
  {
    change: "leaves out the description of a field",
    folder: change((schema) => delete property(schema, "orderId")["description"]),
    faults: [`${v1}#/properties/orderId missing-description`],
    isUnmerged: true,
  },
  {
    change: "writes a pattern whose time is exponential",
    folder: change((schema) => (property(schema, "orderId")["pattern"] = "^(o|-|[0-9]+)+$")),
    faults: [`${v1}#/properties/orderId/pattern unsafe-pattern`],
    says: /exponential/,
    isUnmerged: true,
  },
  {
    change: "writes a pattern whose time is polynomial",
    folder: change((schema) => (property(schema, "orderId")["pattern"] = "-[0-9]+[0-9]*$")),
    faults: [`${v1}#/properties/orderId/pattern unsafe-pattern`],
    says: /2nd degree/,
    isUnmerged: true,
  },
  {
    change: "writes a pattern that is no regular expression",
    folder: change((schema) => (schema["patternProperties"] = { "^(x-": true })),
    faults: [`${v1}#/patternProperties/^(x- invalid-pattern`],
    isUnmerged: true,
  },
  {
    change: "leaves an integer without bounds",
    folder: change((schema) => delete property(schema, "count")["maximum"]),
    faults: [`${v1}#/properties/count ambiguous-number`],
    isUnmerged: true,
  },
  {
    change: "asks for multiples of a fraction",
    folder: change((schema) => (property(schema, "total")["multipleOf"] = 0.01)),
    faults: [`${v1}#/properties/total/multipleOf ambiguous-number`],
    isUnmerged: true,
  },
  {
    change: "takes a number or a text",
    folder: change((schema) => (property(schema, "total")["type"] = ["number", "string"])),
    faults: [`${v1}#/properties/total/type ambiguous-number`],
    isUnmerged: true,
  },
  {
    change: "does not say whether an object is open",
    folder: change((schema) => delete schema["additionalProperties"]),
    faults: [`${v1}# undeclared-openness`],
    isUnmerged: true,
  },
  {
    change: "makes the data a list",
    folder: (folder) =>
      replaced(folder, v1, { $schema, $id: id(v1), title: "Order", description: "Orders.", type: "array", items: {} }),
    faults: [`${v1}#/type root-object`, "examples/shop/order/1-0-0/valid/typical.json# example"],
    isUnmerged: true,
  },
  {
    change: "names a field like a property of every object",
    folder: change((schema) => (schema.properties["constructor"] = { type: "string", description: "Builder." })),
    // The second fault shows why: Ajv finds the constructor of every object.
    faults: [
      `${v1}#/properties/constructor prototype-name`,
      "examples/shop/order/1-0-0/valid/typical.json#/constructor example",
    ],
    isUnmerged: true,
  },
  {
    change: "misspells a privacy action",
    folder: change((schema) => (property(schema, "email")["x-privacy"] = { class: "email", action: "hash" })),
    faults: [`${v1}#/properties/email/x-privacy privacy-annotation`],
    isUnmerged: true,
  },
  {
    change: "adds fields that sound sensitive without an annotation",
    folder: next("1-0-1", ({ properties }) => {
      properties["phoneNumber"] = { type: "string", description: "Phone." };
      properties["resetToken"] = { type: "string", description: "Token." };
    }),
    faults: [
      "events/shop/order/1-0-1.json#/properties/phoneNumber unannotated-sensitive",
      "events/shop/order/1-0-1.json#/properties/resetToken unannotated-sensitive",
    ],
  },
  {
    change: "takes over a draft-07 document with fields that sound sensitive",
    folder: (folder) =>
      new Map([
        ...folder,
        [
          "events/crm/person/1-0-0.json",
          text({
            $schema: "http://json-schema.org/draft-07/schema#",
            type: "object",
            properties: { email: { type: "string" }, fullName: { type: "string" } },
            required: ["email"],
          }),
        ],
        ["examples/crm/person/1-0-0/valid/a-person.json", text({ email: "ada@example.com" })],
        ["examples/crm/person/1-0-0/invalid/no-email.json", text({})],
      ]),
    faults: ["email", "fullName"].map(
      (name) => `events/crm/person/1-0-0.json#/properties/${name} unannotated-sensitive`,
    ),
  },
  {
    change:
      "adds fields that sound sensitive as lists, as numbers, by their format or by a definition without an annotation",
    folder: next("1-0-1", (schema: Schema & { $defs?: JsonObject }) => {
      const { properties } = schema;
      schema.$defs = { text: { type: "string" } };
      properties["emails"] = { type: "array", items: { type: "string" }, description: "Where to write." };
      properties["ssn"] = { type: "integer", minimum: 0, maximum: 999_999_999, description: "Insurance." };
      properties["contact"] = { type: "string", format: "email", description: "Who knows more." };
      properties["surname"] = { $ref: "#/$defs/text" };
      properties["seen"] = { type: "object", propertyNames: { format: "ipv4" }, additionalProperties: true };
      property(schema, "seen")["description"] = "How often, by address.";
    }),
    faults: ["emails", "ssn", "contact", "surname", "seen"].map(
      (name) => `events/shop/order/1-0-1.json#/properties/${name} unannotated-sensitive`,
    ),
    says: /has the format "email"[^]*names of the format "ipv4"/,
  },
  {
    change: "leaves a definition unannotated inside an annotated object, where another document may refer to it",
    folder: next("1-0-1", (schema: Schema & { $defs?: JsonObject }) => {
      const $defs = { contact: { type: "string", format: "email" } };
      schema.properties["note"] = {
        type: "object",
        $defs,
        "x-privacy": { class: "text", action: "scan" },
        additionalProperties: true,
      };
      property(schema, "note")["description"] = "About the buyer.";
    }),
    faults: ["events/shop/order/1-0-1.json#/properties/note/$defs/contact unannotated-sensitive"],
  },
  {
    change: "misspells the keyword of an annotation",
    folder: next("1-0-1", (schema) => (property(schema, "orderId")["x-privcay"] = { class: "name", action: "mask" })),
    faults: ["events/shop/order/1-0-1.json#/properties/orderId/x-privcay privacy-annotation"],
    says: /nothing is masked/,
  },
  {
    change: "annotates what is no value of its own",
    folder: next("1-0-1", ({ properties }) => {
      const annotated = { type: "string", "x-privacy": { class: "name", action: "mask" } };
      const open = { type: "object", additionalProperties: true, description: "Points by name." };
      properties["points"] = { ...open, propertyNames: annotated };
      properties["letter"] = { type: "string", contentSchema: { items: annotated }, description: "As JSON." };
    }),
    faults: [
      "events/shop/order/1-0-1.json#/properties/points/propertyNames privacy-annotation",
      "events/shop/order/1-0-1.json#/properties/letter/contentSchema privacy-annotation",
    ],
    says: /the whole value is dropped/,
  },
  {
    change: "refers to a place that is no schema",
    folder: change((schema) => {
      schema["x-parts"] = { code: { type: "string" } };
      schema.properties["code"] = { $ref: "#/x-parts/code" };
    }),
    faults: [`${v1}#/properties/code/$ref dangling-ref`],
    says: /Move the schema to `\$defs`/,
    isUnmerged: true,
  },
  {
    change: "uses a dynamic reference that validators do not follow",
    folder: change((schema: Schema & { $defs?: JsonObject }) => {
      schema.$defs = { code: { $dynamicAnchor: "code", type: "string" } };
      schema.properties["code"] = { $dynamicRef: "#code" };
    }),
    faults: [`${v1}#/properties/code/$dynamicRef dangling-ref`],
    says: /to a root only/,
    isUnmerged: true,
  },
  {
    change: "takes numbers and texts in a list of values, and in branches",
    folder: change(({ properties }) => {
      properties["size"] = { enum: [38, "L"], description: "Size." };
      properties["sum"] = { oneOf: [{ type: "number" }, { type: "string" }], description: "Sum." };
    }),
    faults: [`${v1}#/properties/size/enum ambiguous-number`, `${v1}#/properties/sum/oneOf ambiguous-number`],
    isUnmerged: true,
  },
  {
    change: "leaves it to nobody to say whether the branches of a field are open",
    folder: change(({ properties }) => {
      const branch = { properties: { iso: { type: "string", description: "Code." } } };
      properties["country"] = { oneOf: [branch, { type: "null" }], description: "Country." };
    }),
    faults: [`${v1}#/properties/country undeclared-openness`],
    isUnmerged: true,
  },
  {
    change: "makes the data anything, by a branch or a reference that is no object",
    folder: (folder) =>
      ["$ref", "oneOf"].reduce(
        (before, keyword) =>
          replaced(before, `events/shop/${keyword === "$ref" ? "a" : "b"}/1-0-0.json`, {
            $schema,
            title: "Any",
            description: "Anything.",
            [keyword]:
              keyword === "$ref"
                ? "#/$defs/text"
                : [{ type: "object", additionalProperties: true }, { $ref: "#/$defs/text" }],
            $defs: { text: { type: "string" } },
          }),
        folder,
      ),
    faults: ["a", "b"].flatMap((name) => [
      `events/shop/${name}/1-0-0.json#/type root-object`,
      `events/shop/${name}/1-0-0.json# missing-example`,
      `events/shop/${name}/1-0-0.json# missing-example`,
    ]),
  },
  {
    change: "leaves a description empty",
    folder: change((schema) => (property(schema, "orderId")["description"] = " ")),
    faults: [`${v1}#/properties/orderId missing-description`],
    isUnmerged: true,
  },
  {
    change: "tightens a definition that only a branch refers to, as an ADDITION",
    folder: (folder) => {
      const withBranch = edited(folder, v1, (schema: Schema & { $defs?: JsonObject }) => {
        schema.$defs = { text: { type: "string" } };
        property(schema, "orderId")["anyOf"] = [{ $ref: "#/$defs/text" }];
      });
      return withVersion(withBranch, "1-0-1", (schema: Schema & { $defs: { text: JsonObject } }) => {
        schema.$defs.text["maxLength"] = 5;
      });
    },
    faults: ["events/shop/order/1-0-1.json#/properties/orderId compatibility"],
    says: /`anyOf` changes.*billing\/paid/,
    isUnmerged: true,
  },
  {
    change: "gives two fields the same column of the warehouse, in two ADDITIONs",
    folder: (folder) => {
      const add = (name: string) => (schema: Schema) =>
        (schema.properties[name] = { type: "string", description: "Code." });
      return withVersion(withVersion(folder, "1-0-1", add("couponCode")), "1-0-2", add("coupon_code"));
    },
    faults: ["events/shop/order/1-0-2.json#/properties/coupon_code column-collision"],
  },
  // Examples
  {
    change: "gives a valid example that is not",
    folder: (folder) => replaced(folder, "examples/shop/order/1-0-0/valid/typical.json", { ...order, count: "2" }),
    faults: ["examples/shop/order/1-0-0/valid/typical.json#/count example"],
    says: /must be integer/,
  },
  {
    change: "gives an invalid example that is valid",
    folder: (folder) => replaced(folder, "examples/shop/order/1-0-0/invalid/no-order.json", order),
    faults: ["examples/shop/order/1-0-0/invalid/no-order.json# example"],
  },
  {
    change: "gives no invalid example",
    folder: (folder) => new Map([...folder].filter(([file]) => !file.includes("/invalid/"))),
    faults: [`${v1}# missing-example`],
  },
  {
    change: "gives an example of a version that does not exist",
    folder: (folder) => new Map([...folder, ["examples/shop/order/3-0-0/valid/a.json", "{}"]]),
    faults: ["examples/shop/order/3-0-0/valid/a.json# stray-example"],
  },
];

const good: { change: string; folder: (sound: SchemasFolder) => SchemasFolder; notes?: RegExp }[] = [
  { change: "changes nothing", folder: (folder) => folder },
  {
    change: "adds an optional field as an ADDITION",
    folder: next("1-0-1", (schema) => (schema.properties["shop"] = { type: "string", description: "Shop." })),
  },
  {
    change: "adds two ADDITIONs at once",
    folder: (folder) => {
      const add = (name: string) => (schema: Schema) =>
        (schema.properties[name] = { type: "string", description: "More." });
      return withVersion(withVersion(folder, "1-0-1", add("shop")), "1-0-2", add("till"));
    },
  },
  {
    change: "relaxes bounds and adds a value to an enum as an ADDITION",
    folder: next("1-0-1", (schema) => {
      property(schema, "count")["maximum"] = 1000;
      property(schema, "state")["enum"] = ["open", "paid", "void"];
    }),
  },
  {
    change: "improves words as an ADDITION",
    folder: next("1-0-1", (schema) => (property(schema, "total")["description"] = "What the buyer paid.")),
  },
  {
    change: "tightens a bound as a REVISION",
    folder: next("1-1-0", (schema) => (property(schema, "count")["maximum"] = 50)),
  },
  {
    change: "removes a field as a MODEL, and says who read it",
    folder: (folder) => {
      const without = withVersion(folder, "2-0-0", (schema: Schema) => {
        const { total: _, ...others } = schema.properties;
        schema.properties = others;
      });
      return replaced(without, "examples/shop/order/2-0-0/valid/typical.json", {
        ...order,
        total: undefined,
      });
    },
    notes: /The field `total` is gone\. Used by billing\/paid/,
  },
  {
    change: "adds a contract of its own",
    folder: (folder) =>
      new Map([
        ...folder,
        [
          "events/shop/refund/1-0-0.json",
          text({
            $schema: "https://json-schema.org/draft/2020-12/schema",
            $id: id("events/shop/refund/1-0-0.json"),
            title: "Refund",
            description: "Money went back.",
            ...object({ orderId: { type: "string", description: "Order." } }, ["orderId"]),
          }),
        ],
        ["examples/shop/refund/1-0-0/valid/a-refund.json", text({ orderId: "o-1" })],
        ["examples/shop/refund/1-0-0/invalid/no-order.json", text({})],
      ]),
  },
  {
    change: "takes over another team's draft-07 document as it is",
    folder: (folder) =>
      new Map([
        ...folder,
        [
          "events/crm/lead/1-0-0.json",
          text({
            $schema: "http://json-schema.org/draft-07/schema#",
            type: "object",
            properties: { score: { type: "integer" }, tags: { type: "array", items: [{ type: "string" }] } },
            required: ["score"],
          }),
        ],
        ["examples/crm/lead/1-0-0/valid/a-lead.json", text({ score: 1, tags: ["x"] })],
        ["examples/crm/lead/1-0-0/invalid/no-score.json", text({})],
      ]),
  },
  {
    change: "uses oneOf with branches, closed as a whole, and says that a name is not sensitive",
    folder: (folder) =>
      new Map([
        ...folder,
        [
          "events/shop/login/1-0-0.json",
          text({
            $schema: "https://json-schema.org/draft/2020-12/schema",
            title: "Login",
            description: "Somebody came in.",
            type: "object",
            properties: { address: { type: "string", description: "Address of the shop.", "x-privacy": false } },
            oneOf: [
              {
                properties: {
                  token: {
                    type: "string",
                    description: "Token.",
                    "x-privacy": { class: "secret", action: "drop" },
                  },
                },
                required: ["token"],
              },
              { properties: { key: { type: "string", description: "Key." } }, required: ["key"] },
            ],
            unevaluatedProperties: false,
          }),
        ],
        ["examples/shop/login/1-0-0/valid/by-token.json", text({ token: "t", address: "Main St" })],
        ["examples/shop/login/1-0-0/invalid/by-nothing.json", text({ address: "Main St" })],
      ]),
  },
  {
    change: "edits examples and routes, which are not versions",
    folder: (folder) =>
      edited(folder, "routes/billing.json", (document: { owner: string }) => (document.owner = "team-money")),
  },
];

describe("schemas check refuses who", () => {
  test.each(bad)("$change", async ({ folder, faults, says, isUnmerged }) => {
    const sound = soundFolder();
    const result = await checkSchemas({ folder: folder(sound), ...(isUnmerged === true ? {} : { merged: sound }) });
    expect(result.faults.map(({ file, pointer, rule }) => `${file}#${pointer} ${rule}`)).toEqual(faults);
    for (const fault of result.faults) expect(fault.fix).not.toBe("");
    if (says !== undefined)
      expect(result.faults.map(({ message, fix }) => `${message} ${fix}`).join("\n")).toMatch(says);
  });

  test("does all of that at once", async () => {
    const sound = soundFolder();
    const several = bad.filter(({ isUnmerged }) => isUnmerged === true).slice(4, 8);
    const folder = several.reduce((before, { folder: change }) => change(before), sound);
    const { faults } = await checkSchemas({ folder });
    expect(faults.length).toBeGreaterThanOrEqual(several.length);
  });

  test("counts at least thirty ways, each told by another rule or for another reason", () => {
    expect(bad.length).toBeGreaterThanOrEqual(30);
    expect(
      new Set(bad.flatMap(({ faults }) => faults.map((fault) => fault.split(" ")[1]))).size,
    ).toBeGreaterThanOrEqual(24);
  });
});

describe("schemas check lets pass who", () => {
  test.each(good)("$change", async ({ folder, notes }) => {
    const sound = soundFolder();
    const result = await checkSchemas({ folder: folder(sound), merged: sound });
    expect(result.faults).toEqual([]);
    expect(result.notes.map(({ message }) => message).join("\n")).toMatch(notes ?? /^$/);
  });
});
