import { parseArgs } from "node:util";
import { loadRouteDocuments } from "@millrace/routes";
import type { Command } from "./command.ts";
import { folders } from "./folders.ts";

export const examples: Command = {
  usage: "examples [--routes folder]",
  summary: "the events of all inline tests as NDJSON, each with an identity, to feed test and diff without traffic",
  async run(args, output) {
    const { values } = parseArgs({ args: [...args], options: { routes: { type: "string" } } });
    for (const { application, routes } of loadRouteDocuments(values.routes ?? folders.routes)) {
      for (const { name, tests } of routes) {
        for (const [index, { event }] of tests.entries()) {
          const identity = { id: `${application}/${name}/${index}`, source: "https://millrace.example/examples" };
          output.out(JSON.stringify({ ...event, event: { ...identity, ...(event["event"] as object | undefined) } }));
        }
      }
    }
    return 0;
  },
};
