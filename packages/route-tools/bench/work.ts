import { createRegistry, type JsonObject, type SchemaFile } from "@millrace/contract-tools/registry";
import { type Route, type RouteDocument } from "@millrace/routes";
import { checkRoutes } from "../src/index.ts";

export const CONTRACTS = 200;
export const ROUTES = 4;

function contract(index: number): SchemaFile {
  const value: JsonObject = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: `Event ${index}`,
    description: "Generated.",
    type: "object",
    properties: {
      id: { type: "string", maxLength: 36 },
      total: { type: "number", minimum: 0, maximum: 1_000_000 },
      state: { enum: ["open", "paid", "sent"] },
      note: { type: "string", "x-privacy": { class: "free-text", action: "scan" } },
      items: {
        type: "array",
        items: { type: "object", properties: { sku: { type: "string" }, price: { type: "number" } } },
      },
      [`only${index}`]: { type: "string" },
    },
    required: ["id"],
    additionalProperties: false,
  };
  return { file: `events/domain${index % 20}/event${index}/1-0-0.json`, value };
}

function route(document: number, index: number): Route {
  const at = (document * ROUTES + index) % CONTRACTS;
  const type = `domain${at % 20}.event${at}`;
  const isBroad = index === ROUTES - 1;
  return {
    name: `route-${index}`,
    description: "Generated.",
    pattern: {
      event: {
        type: isBroad ? [{ prefix: `domain${at % 20}.` }] : [type],
        data: isBroad
          ? { total: [{ numeric: [">", index] }] }
          : { state: ["paid"], items: { price: [{ numeric: [">", document] }] } },
      },
      validation: { status: ["valid"] },
    },
    destination: { stream: `stream-${document}` },
    project: { drop: ["event.data.note"] },
    tests: [
      { name: "no", event: { event: { type: "other" } }, matches: false },
      { name: "no other", event: {}, matches: false },
    ],
  };
}

const { registry } = createRegistry(Array.from({ length: CONTRACTS }, (_, index) => contract(index)));

/** Checks so many documents, of four routes each, against 200 contracts; gives the number of findings. */
export function createCheck(count: number): () => number {
  const documents = Array.from({ length: count }, (_, document): { file: string; document: RouteDocument } => ({
    file: `app-${document}.json`,
    document: {
      $schema: "x",
      application: `app-${document}`,
      owner: "team",
      routes: Array.from({ length: ROUTES }, (__, index) => route(document, index)),
    },
  }));
  return () => checkRoutes({ documents, faults: [] }, registry).length;
}
