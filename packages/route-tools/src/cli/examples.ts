import type { Command, End, Output } from "@millrace/command-line";
import { loadRouteDocuments } from "@millrace/routes";
import { testEvents } from "../diff/example-events.ts";
import { sharedOptions } from "./shared-options.ts";

/** Adds `routes examples`. */
export function addExamples(program: Command, end: End, output: Output): void {
  program
    .command("examples")
    .summary("prints the events of all inline tests")
    .description(
      "Prints the events of all inline tests as NDJSON, each with an identity, to feed test and diff without traffic.",
    )
    .addOption(sharedOptions.routes)
    .action(({ routes }) => {
      for (const event of testEvents(loadRouteDocuments(routes))) output.out(JSON.stringify(event));
      return end(0);
    });
}
