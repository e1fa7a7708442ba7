import { parseArgs } from "node:util";
import { compileRoutes, loadRouteDocuments } from "@millrace/routes";
import { UsageError } from "../errors.ts";
import { loadRoutes, type RoutedEvent } from "@millrace/routes/runtime";
import type { Command } from "./command.ts";
import { folders } from "./folders.ts";
import { readLines } from "./read-events.ts";

export const test: Command = {
  usage: "test <events.ndjson, folder or s3://bucket/prefix> [--routes folder] [--json]",
  summary: "what the routes would do with each enriched event",
  async run(args, output) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { routes: { type: "string" }, json: { type: "boolean" } },
    });
    const [path] = positionals;
    if (path === undefined) throw new UsageError(`Usage: ${test.usage}`);
    const set = loadRoutes(compileRoutes(loadRouteDocuments(values.routes ?? folders.routes)));
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
      if (values.json) output.out(JSON.stringify({ id: event.event.id, routes: matched, destinations }));
      else
        output.out(
          `${line}  ${event.event.id}  ${matched.length === 0 ? "–" : `${matched.join(", ")} → ${destinations.join(", ") || "sampled out"}`}`,
        );
    }
    if (!values.json) {
      output.out("");
      for (const [id, count] of counts) output.out(`${String(count).padStart(8)}  ${id}`);
      output.out(
        `${String(unmatched).padStart(8)}  matched by no route, of ${events} events${bad > 0 ? `; ${bad} lines are no enriched event` : ""}`,
      );
    }
    return bad > 0 ? 1 : 0;
  },
};
