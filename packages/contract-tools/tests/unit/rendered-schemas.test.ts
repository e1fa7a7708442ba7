import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import * as z4 from "zod";
import { z as z3 } from "zod/v3";
import { refersTo, renderZod, renderZod3, withKeywords } from "../../src/contracts.ts";
import { renderAll } from "../../src/render/render-all.ts";
import { renderSchemas } from "../../src/render/render-schemas.ts";

const root = join(import.meta.dirname, "../../../..");

describe("generated files", () => {
  test.each([...renderAll(root)])("%s is fresh (`pnpm schemas render`)", (path, text) => {
    expect(existsSync(join(root, path))).toBe(true);
    expect(readFileSync(join(root, path), "utf8") === text).toBe(true);
  });
});

describe("contracts written in zod 4", () => {
  test("refer to the shared context instead of copying it", () => {
    const click = JSON.parse(renderSchemas().get("events/search/click/1-1-0.json") ?? "");
    expect(click.properties.context).toEqual({ $ref: "https://millrace.example/schemas/shared/context/1-1-0.json" });
  });

  test("say openness and leave out what every JSON object has", () => {
    const { "events/a/b/1-0-0.json": schema } = renderZod({
      "events/a/b/1-0-0.json": z4.strictObject({ open: z4.looseObject({}), map: z4.record(z4.string(), z4.int()) }),
    });
    expect(schema).toMatchObject({
      properties: {
        open: { type: "object", additionalProperties: true },
        map: { additionalProperties: { type: "integer" } },
      },
    });
    expect(JSON.stringify(schema)).not.toContain("propertyNames");
  });
});

describe("contracts written with the zod 3 API", () => {
  const shared = refersTo("shared/context/1-0-0.json");
  const schema = withKeywords(
    z3
      .object({
        context: shared,
        other: shared.optional(),
        pair: z3.tuple([z3.string(), z3.number()]),
        list: z3.tuple([z3.string()]).rest(z3.number().int()),
        basket: z3.object({ items: z3.array(z3.string()) }).default({ items: ["a"] }),
        either: z3.discriminatedUnion("kind", [
          z3.object({ kind: z3.literal("a") }).strict(),
          z3
            .object({
              kind: z3.literal("b"),
              name: withKeywords(z3.string(), { "x-privacy": { class: "name", action: "mask" } }),
            })
            .strict(),
        ]),
        when: z3.string().datetime(),
        maybe: z3.string().nullable(),
      })
      .strict(),
    { title: "Legacy" },
  );
  const rendered = renderZod3({ "events/a/legacy/1-0-0.json": schema })["events/a/legacy/1-0-0.json"] as never as {
    [key: string]: unknown;
    properties: Record<string, unknown>;
    required: string[];
  };

  test("become JSON Schema 2020-12 with the $id of their path", () => {
    expect(rendered["$schema"]).toBe("https://json-schema.org/draft/2020-12/schema");
    expect(rendered["$id"]).toBe("https://millrace.example/schemas/events/a/legacy/1-0-0.json");
    expect(rendered["title"]).toBe("Legacy");
    expect(rendered["additionalProperties"]).toBe(false);
  });

  test("refer to shared documents, required or not", () => {
    const reference = { $ref: "https://millrace.example/schemas/shared/context/1-0-0.json" };
    expect(rendered.properties).toMatchObject({ context: reference, other: reference });
    expect(rendered.required).toContain("context");
    expect(rendered.required).not.toContain("other");
  });

  test("write tuples as 2020-12 does", () => {
    expect(rendered.properties["pair"]).toEqual({
      type: "array",
      prefixItems: [{ type: "string" }, { type: "number" }],
      minItems: 2,
      maxItems: 2,
    });
    expect(rendered.properties["list"]).toMatchObject({
      prefixItems: [{ type: "string" }],
      items: { type: "integer" },
    });
  });

  test("leave data as they are", () => {
    expect(rendered.properties["basket"]).toMatchObject({ default: { items: ["a"] } });
  });

  test("carry annotations into branches", () => {
    expect(JSON.stringify(rendered.properties["either"])).toContain('"x-privacy":{"class":"name","action":"mask"}');
  });
});
