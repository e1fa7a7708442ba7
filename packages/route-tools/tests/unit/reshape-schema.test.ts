import { expect, test } from "@jest/globals";
import { reshapeSchema } from "../../src/delivered/reshape-schema.ts";

const customer = {
  type: "object",
  required: ["name"],
  properties: { name: { type: "string" } },
  anyOf: [{ required: ["email"], properties: { email: { type: "string" } } }, { minProperties: 2 }],
};

function delivered(required: string[], path: string[]): unknown {
  const schema = { type: "object", required, properties: { customer } };
  return reshapeSchema(schema, { separator: "_", constant: [[path, "shop"]] });
}

test("an object that may be missing is made by a constant in it: nothing else of it is required", () => {
  expect(delivered([], ["customer", "team"])).toEqual({
    faults: [],
    schema: {
      type: "object",
      required: ["customer"],
      properties: {
        customer: {
          type: "object",
          required: ["team"],
          properties: { name: { type: "string" }, team: { const: "shop" } },
          anyOf: [{ properties: { email: { type: "string" } } }, {}],
        },
      },
    },
  });
});

test("an object that is always there keeps what it requires beside a constant", () => {
  expect(delivered(["customer"], ["customer", "team"])).toMatchObject({
    schema: { properties: { customer: { required: ["name", "team"] } } },
  });
});

test("a value that is no object stays as it is where it comes, and is made by a constant where it does not", () => {
  const properties = { code: { type: "string" } };
  const constant: [string[], string][] = [[["code", "team"], "shop"]];
  const made = { properties: { team: { const: "shop" } }, required: ["team"] };
  expect(reshapeSchema({ type: "object", properties }, { separator: "_", constant })).toEqual({
    faults: [{ kind: "no-object", path: "code" }],
    schema: { type: "object", required: ["code"], properties: { code: { anyOf: [{ type: "string" }, made] } } },
  });
  const always = { type: "object", required: ["code"], properties };
  expect(reshapeSchema(always, { separator: "_", constant }).schema).toEqual(always);
});
