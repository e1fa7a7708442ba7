import { parseArgs } from "node:util";
import { loadRouteDocuments } from "@millrace/routes";
import { testEvents } from "../diff/example-events.ts";
import type { Command } from "./command.ts";
import { folders } from "./folders.ts";

export const examples: Command = {
  usage: "examples [--routes folder]",
  summary: "the events of all inline tests as NDJSON, each with an identity, to feed test and diff without traffic",
  async run(args, output) {
    const { values } = parseArgs({ args: [...args], options: { routes: { type: "string" } } });
    const documents = loadRouteDocuments(values.routes ?? folders.routes);
    for (const event of testEvents(documents)) output.out(JSON.stringify(event));
    return 0;
  },
};
