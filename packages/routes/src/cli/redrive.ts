import { createKinesisClient, createPutRecords } from "@millrace/put-records";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { compileRoutes } from "../compile/compile-routes.ts";
import { loadRouteDocuments } from "../document/load-route-documents.ts";
import { UsageError } from "../errors.ts";
import { redrive } from "../redrive/redrive.ts";
import type { CompiledStream } from "../runtime/compiled-routes.ts";
import { loadRoutes } from "../runtime/route-set.ts";
import type { Command } from "./command.ts";
import { folders } from "./folders.ts";
import { readLines } from "./read-events.ts";

export const redriveCommand: Command = {
  usage:
    "redrive <application> --from <bad rows: file or folder> --stage <stage> [--ledger file] [--dry-run] [--routes folder]",
  summary: "puts an application's dead letters back through the present routes, each event once",
  async run(args, output) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        from: { type: "string" },
        stage: { type: "string" },
        ledger: { type: "string" },
        "dry-run": { type: "boolean" },
        routes: { type: "string" },
      },
    });
    const [application] = positionals;
    const { from, stage, ledger } = values;
    const isDry = values["dry-run"] === true;
    if (application === undefined || from === undefined || (stage === undefined && !isDry)) {
      throw new UsageError(`Usage: ${redriveCommand.usage}`);
    }
    const documents = loadRouteDocuments(values.routes ?? folders.routes);
    if (!documents.some((document) => document.application === application)) {
      throw new UsageError(
        `There is no application "${application}"; known are ${documents.map((document) => document.application).join(", ")}`,
      );
    }
    const done =
      ledger !== undefined && existsSync(ledger) ? readFileSync(ledger, "utf8").split("\n").filter(Boolean) : [];
    const result = await redrive(rowsOf(from), {
      application,
      routes: loadRoutes(compileRoutes(documents)),
      destination: isDry ? undefined : destinations(stage ?? ""),
      done: new Set(done),
      onDelivered: (keys) => {
        if (ledger !== undefined && !isDry && keys.length > 0) appendFileSync(ledger, `${keys.join("\n")}\n`);
      },
    });
    output.out(
      `${isDry ? "would deliver" : "delivered"} ${result.delivered} of ${result.letters} dead letters of ${application}: ` +
        `${result.duplicates} duplicates, ${result.unwanted} no longer wanted, ${result.unreadable} unreadable, ${result.failed} failed`,
    );
    return result.failed > 0 || result.unreadable > 0 ? 1 : 0;
  },
};

async function* rowsOf(from: string): AsyncGenerator<Readonly<Record<string, unknown>>> {
  for await (const { value } of readLines(from, () => undefined)) yield value;
}

function destinations(stage: string): (stream: CompiledStream) => ReturnType<typeof createPutRecords> {
  const client = createKinesisClient({});
  return ({ stream, arn, ordering }) => {
    const streamArn = arn?.[stage];
    const target = streamArn === undefined ? { streamName: `millrace-${stage}-${stream}` } : { streamArn };
    return createPutRecords({ client, ...target, ordering });
  };
}
