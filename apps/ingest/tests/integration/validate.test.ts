import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { compileRoutes, loadRouteDocuments } from "@millrace/routes";
import { loadRoutes, type RoutedEvent } from "@millrace/routes/runtime";
import { systemClock } from "@millrace/put-records";
import { findPreviewer } from "../../src/dry-run/previewer.ts";
import { type OpenApi, readOpenApi } from "../support/openapi.ts";
import { backendKey, meteredKey, startTestService, type TestService } from "../support/test-service.ts";

const root = join(import.meta.dirname, "../../../..");
const folder = join(import.meta.dirname, "../../dist/preview");
let service: TestService;
let openApi: OpenApi;

beforeAll(async () => {
  if (!existsSync(folder)) throw new Error("Build first: turbo run build --filter=@millrace/ingest");
  service = await startTestService({ previewer: findPreviewer({ folder, stage: "local" }, systemClock) });
  openApi = await readOpenApi(service);
});
afterAll(() => service.close());

interface ValidatedEvent {
  readonly index: number;
  readonly id?: string;
  readonly enriched?: RoutedEvent & {
    readonly validation: { readonly status: string; readonly errors: readonly { readonly path: string }[] };
    readonly privacy: { readonly fields: readonly { readonly path: string }[] };
  };
  readonly routes?: readonly { readonly route: string; readonly matches: boolean; readonly because: string }[];
  readonly rejected?: { readonly code: string };
}

async function validate(events: unknown, key = backendKey) {
  const response = await fetch(`${service.url}/v1/validate`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(events),
  });
  const json = (await response.json()) as { events: readonly ValidatedEvent[]; code?: string };
  const contentType = response.headers.get("content-type") ?? "";
  expect(openApi.faultsOfAnswer("/v1/validate", { status: response.status, contentType, json })).toEqual([]);
  return { status: response.status, json };
}

function readExamples(): Record<string, unknown>[] {
  const examples = join(root, "schemas/examples");
  return readdirSync(examples, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".json"))
    .map((file) => {
      const [domain, name] = file.split("/");
      const data: unknown = JSON.parse(readFileSync(join(examples, file), "utf8"));
      return { specversion: "1.0", source: "https://shop.example/web", type: `${domain}.${name}`, data };
    });
}

test("a dry run says of every example what validation, masking and the router's own code say, and stores nothing", async () => {
  const examples = readExamples();
  const router = loadRoutes(compileRoutes(loadRouteDocuments(join(root, "schemas/routes"))));
  const { status, json } = await validate(examples);
  expect(status).toBe(200);
  expect(json.events.map(({ index }) => index)).toEqual(examples.map((_, index) => index));
  const seen = new Set<string>();
  for (const { enriched, routes = [] } of json.events) {
    if (enriched === undefined) continue;
    seen.add(enriched.validation.status);
    const matched = routes.filter(({ matches }) => matches).map(({ route }) => route);
    expect(matched.sort()).toEqual([...router.route(enriched, JSON.stringify(enriched)).matched].sort());
    expect(routes.map(({ route }) => route).sort()).toEqual([...router.routeIds].sort());
  }
  expect([...seen].sort()).toEqual(expect.arrayContaining(["invalid", "valid"]));
  expect(service.stream.records).toEqual([]);
});

test("an event that breaks its contract is told the path, and each route the criterion that failed", async () => {
  const event = {
    specversion: "1.0",
    source: "https://shop.example/web",
    type: "search.click",
    data: { rank: "third", query: "jane@shop.example" },
  };
  const { json } = await validate([event, { ...event, source: "" }]);
  const [first, second] = json.events;
  expect(first?.id).toMatch(/^id-/);
  expect(first?.enriched?.validation.status).toBe("invalid");
  expect(first?.enriched?.validation.errors.map(({ path }) => path)).toContain("/data/rank");
  expect(first?.routes?.find(({ route }) => route === "recommendations/search-clicks")?.because).toBe(
    'validation.status is "invalid", wanted "valid"',
  );
  expect(second).toEqual({ index: 1, rejected: expect.objectContaining({ code: "invalid-attribute-value" }) });
});

test("a dry run needs a key, uses its quota, and takes a hundred events", async () => {
  const event = { specversion: "1.0", source: "https://shop.example/web", type: "search.click", data: {} };
  expect((await validate(event, "guess")).json.code).toBe("unknown-write-key");
  expect((await validate(Array.from({ length: 101 }, () => event))).json.code).toBe("too-many-events");
  expect((await validate([event, event], meteredKey)).status).toBe(200);
  expect((await validate(event, meteredKey)).json.code).toBe("quota-exceeded");
});
