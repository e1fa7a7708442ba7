import type { Command, End, Output } from "@millrace/command-line";
import { compileRoutes, loadRouteDocuments } from "@millrace/routes";
import { loadRoutes, type RoutedEvent } from "@millrace/routes/runtime";
import { sharedOptions } from "./shared-options.ts";
import { readLines } from "./read-events.ts";

interface TestOptions {
  readonly routes: string;
  readonly json?: true | undefined;
}

/** Adds `routes test`. */
export function addTest(program: Command, end: End, output: Output): void {
  program
    .command("test")
    .summary("says what the routes would do with each enriched event")
    .argument("<events>", "file of NDJSON, folder or s3://bucket/prefix")
    .addOption(sharedOptions.routes)
    .option("--json", "one line of JSON for each event")
    .action((path, options) => end(test(path, options, output)));
}

async function test(path: string, { routes, json }: TestOptions, output: Output): Promise<number> {
  const set = loadRoutes(compileRoutes(loadRouteDocuments(routes)));
  const counts = new Map<string, number>(set.routeIds.map((id) => [id, 0]));
  let events = 0;
  let unmatched = 0;
  let bad = 0;
  for await (const { value, line } of readLines(path, () => (bad += 1))) {
    const inner = value["event"] as { id?: unknown; source?: unknown } | undefined;
    if (typeof inner?.id !== "string" || typeof inner.source !== "string") {
      bad += 1;
      continue;
    }
    const event = value as unknown as RoutedEvent;
    events += 1;
    const { matched, copies } = set.route(event);
    if (matched.length === 0) unmatched += 1;
    for (const id of matched) counts.set(id, (counts.get(id) ?? 0) + 1);
    const destinations = copies.map(({ destination }) => destination.name);
    if (json === true) output.out(JSON.stringify({ id: event.event.id, routes: matched, destinations }));
    else
      output.out(
        `${line}  ${event.event.id}  ${matched.length === 0 ? "–" : `${matched.join(", ")} → ${destinations.join(", ") || "sampled out"}`}`,
      );
  }
  if (json !== true) {
    output.out("");
    for (const [id, count] of counts) output.out(`${String(count).padStart(8)}  ${id}`);
    output.out(
      `${String(unmatched).padStart(8)}  matched by no route, of ${events} events${bad > 0 ? `; ${bad} lines are no enriched event` : ""}`,
    );
  }
  return bad > 0 ? 1 : 0;
}
