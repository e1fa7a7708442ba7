import type { PutRecords } from "@millrace/put-records";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { compileRoutes, loadRouteDocuments } from "@millrace/routes";
import { UsageError } from "../errors.ts";
import { redrive } from "../redrive/redrive.ts";
import { type CompiledStream, loadRoutes } from "@millrace/routes/runtime";
import type { Command } from "./command.ts";
import { folders } from "./folders.ts";
import { type ReadLine, readLines } from "./read-events.ts";

export const redriveCommand: Command = {
  usage:
    "redrive <application> --lake <folder or s3://bucket> --stage <stage> [--since date or hour] [--ledger file] [--dry-run] [--routes folder]",
  summary: "puts an application's undelivered events back through the present routes, each event once",
  async run(args, output) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        lake: { type: "string" },
        stage: { type: "string" },
        since: { type: "string" },
        ledger: { type: "string" },
        "dry-run": { type: "boolean" },
        routes: { type: "string" },
      },
    });
    const [application] = positionals;
    const { lake, stage, ledger } = values;
    const isDry = values["dry-run"] === true;
    if (application === undefined || lake === undefined || (stage === undefined && !isDry)) {
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
    let cut = 0;
    const folder = `${lake.replace(/\/$/, "")}/undelivered/${application}`;
    const lines = readLines(folder, () => (cut += 1), sinceHour(values.since));
    const result = await redrive(rowsOf(lines), {
      application,
      routes: loadRoutes(compileRoutes(documents)),
      destination: isDry ? undefined : await destinations(stage ?? ""),
      done: new Set(done),
      onDelivered: (keys) => {
        if (ledger !== undefined && !isDry && keys.length > 0) appendFileSync(ledger, `${keys.join("\n")}\n`);
      },
    });
    output.out(
      `${isDry ? "would deliver" : "delivered"} ${result.delivered} of ${result.found} undelivered events of ${application}: ` +
        `${result.duplicates} duplicates, ${result.unwanted} no longer wanted, ${result.unreadable + cut} unreadable, ${result.failed} failed`,
    );
    return result.failed + result.unreadable + cut > 0 ? 1 : 0;
  },
};

async function* rowsOf(lines: AsyncIterable<ReadLine>): AsyncGenerator<ReadLine["value"]> {
  for await (const { value } of lines) yield value;
}

/** Objects lie in folders by the hour, so that is as fine as it gets. */
function sinceHour(since: string | undefined): (file: string) => boolean {
  if (since === undefined) return () => true;
  const [, date, hour = "00"] = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2})(?::.*)?)?$/.exec(since) ?? [];
  if (date === undefined)
    throw new UsageError(`Expected --since to be as 2026-03-01 or 2026-03-01T12, in UTC, got ${since}`);
  return (file) => (/date=(.{10}\/hour=\d{2})\//.exec(file)?.[1] ?? "") >= `${date}/hour=${hour}`;
}

/** Loaded here alone: the other commands write to no stream, and the SDK takes longer to load than they take to run. */
async function destinations(stage: string): Promise<(stream: CompiledStream) => PutRecords> {
  const { createKinesisClient, createPutRecords } = await import("@millrace/put-records");
  const client = createKinesisClient({});
  return ({ stream, arn, ordering }) => {
    const streamArn = arn?.[stage];
    const target = streamArn === undefined ? { streamName: `millrace-${stage}-${stream}` } : { streamArn };
    return createPutRecords({ client, ...target, ordering });
  };
}
