import { compileRoutes, type Route, type RouteDocument } from "@millrace/routes";
import { loadRoutes } from "@millrace/routes/runtime";
import { createRouterHandler, type RouterDependencies } from "../../src/index.ts";
import { FakeWriter } from "./fake-writer.ts";
import { UndeliveredBox } from "./undelivered-box.ts";

/** A route with the parts that tests do not care about filled in. */
export function route(name: string, type: string, stream: string, rest: Partial<Route> = {}): Route {
  return { name, description: name, pattern: { event: { type: [type] } }, destination: { stream }, tests: [], ...rest };
}

export function document(application: string, ...routes: Route[]): RouteDocument {
  return { application, owner: "team", routes };
}

/** A router over fake destinations. */
export function createTestRouter(
  documents: readonly RouteDocument[],
  dependencies: Partial<Omit<RouterDependencies, "undelivered">> = {},
) {
  const routes = loadRoutes(compileRoutes(documents));
  const writers = new Map<string, FakeWriter>();
  const writer = (stream: string): FakeWriter => {
    const found = writers.get(stream) ?? new FakeWriter();
    writers.set(stream, found);
    return found;
  };
  const badRows = new FakeWriter();
  const undelivered = new UndeliveredBox();
  const handler = createRouterHandler({
    routes: () => routes,
    destination: ({ name }) => writer(name),
    badRows,
    undelivered,
    processor: { name: "router", version: "9.9.9" },
    clock: { now: () => 1_700_000_000_000, setTimeout: () => undefined, clearTimeout: () => undefined },
    logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    ...dependencies,
  });
  return { handler, writer, badRows, undelivered, routes };
}
