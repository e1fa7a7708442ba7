import type { SchemasFolder } from "../../src/check/schemas-folder.ts";
import type { JsonObject } from "../../src/registry.ts";

/** A small, sound schemas folder for tests to break: one contract, one shared schema, one route that reads it. */
export function soundFolder(): SchemasFolder {
  return new Map(
    Object.entries({
      "shared/context/1-0-0.json": {
        ...head("shared/context/1-0-0.json", "Context"),
        ...object({ pageUrl: { type: "string", description: "Page." } }, ["pageUrl"]),
      },
      "events/shop/order/1-0-0.json": {
        ...head("events/shop/order/1-0-0.json", "Order"),
        ...object(
          {
            context: { $ref: id("shared/context/1-0-0.json") },
            orderId: { type: "string", pattern: "^o-[0-9]+$", description: "Order." },
            total: { type: "number", minimum: 0, description: "Paid, in units of the currency." },
            count: { type: "integer", minimum: 1, maximum: 100, description: "Pieces." },
            state: { enum: ["open", "paid"], description: "State." },
            email: { type: "string", description: "Buyer.", "x-privacy": { class: "email", action: "hmac" } },
          },
          ["context", "orderId"],
        ),
      },
      "examples/shop/order/1-0-0/valid/typical.json": order,
      "examples/shop/order/1-0-0/invalid/no-order.json": { context: order.context },
      "routes/billing.json": {
        application: "billing",
        owner: "team-billing",
        routes: [
          {
            name: "paid",
            pattern: {
              event: { type: ["shop.order"], data: { state: ["paid"], $or: [{ total: [{ numeric: [">", 10] }] }] } },
            },
            destination: { stream: "billing" },
            partitionKey: "event.data.orderId",
          },
        ],
      },
    }).map(([file, value]) => [file, json(value)]),
  );
}

export const order = {
  context: { pageUrl: "https://shop.example/" },
  orderId: "o-1",
  total: 9.5,
  count: 2,
  state: "open",
};

export function id(file: string): string {
  return `https://millrace.example/schemas/${file}`;
}

function head(file: string, title: string): JsonObject {
  const description = `${title} for tests.`;
  return { $schema: "https://json-schema.org/draft/2020-12/schema", $id: id(file), title, description };
}

export function object(properties: JsonObject, required: string[] = []): JsonObject {
  return { type: "object", properties, required, additionalProperties: false };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** The folder with one file changed; `edit` gets its JSON and changes it in place. */
export function edited(folder: SchemasFolder, file: string, edit: (value: never) => unknown): SchemasFolder {
  const value = JSON.parse(folder.get(file) ?? "{}") as never;
  edit(value);
  return replaced(folder, file, value);
}

/** Returns the folder with one file replaced. */
export function replaced(folder: SchemasFolder, file: string, value: unknown): SchemasFolder {
  return new Map([...folder, [file, json(value)]]);
}

/** The folder with the next version of the order, a changed copy of the last, and its examples. */
export function withVersion(folder: SchemasFolder, version: string, edit: (schema: never) => unknown): SchemasFolder {
  const last =
    [...folder.keys()]
      .filter((file) => file.startsWith("events/shop/order/"))
      .sort()
      .at(-1) ?? "";
  const file = `events/shop/order/${version}.json`;
  const copy = new Map([...folder, [file, (folder.get(last) ?? "").replaceAll(last, file)]]);
  const examples = (of: string): string => of.replace("events/", "examples/").replace(".json", "/");
  for (const [path, text] of folder) {
    if (path.startsWith(examples(last))) copy.set(path.replace(examples(last), examples(file)), text);
  }
  return edited(copy, file, edit);
}
