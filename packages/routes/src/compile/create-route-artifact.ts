import type { RouteDocument } from "../document/route-document.ts";
import { digestOf, type RouteArtifact } from "../runtime/route-artifact.ts";
import { compileRoutes } from "./compile-routes.ts";

/** The events of tests name only what matters; a copy needs an identity. */
const IDENTITY = { id: "test", source: "https://millrace.example/tests" };

/** Compiles documents together with their tests, for a router that looks for newer routes while it runs. */
export function createRouteArtifact(documents: readonly RouteDocument[]): RouteArtifact {
  const compiled = compileRoutes(documents);
  const tests = documents.flatMap(({ application, routes }) =>
    routes.flatMap(({ name, tests: own }) =>
      own.map(({ event, matches }) => {
        const inner = { ...IDENTITY, ...(event["event"] as object | undefined) };
        return [`${application}/${name}`, { ...event, event: inner }, matches] as const;
      }),
    ),
  );
  return { format: compiled.format, digest: digestOf(compiled), compiled, tests };
}
