import type { Command, End, Output } from "@millrace/command-line";
import type { Connections } from "@millrace/destinations";
import { compileRoutes, type EnvironmentPlace, loadRouteDocuments } from "@millrace/routes";
import { type CompiledDestination, loadRoutes } from "@millrace/routes/runtime";
import type { OutputWriter } from "@millrace/stream-handler";
import { UsageError } from "../errors.ts";
import { openLedger } from "../redrive/ledger.ts";
import { redrive } from "../redrive/redrive.ts";
import { placeNamed, readEnvironmentPlaces } from "./environment-places.ts";
import { type ReadLine, readLines } from "./read-events.ts";
import { findRunningPipeline } from "./running-pipeline.ts";
import { sharedOptions } from "./shared-options.ts";

interface RedriveOptions {
  readonly stage: string;
  readonly lake?: string | undefined;
  readonly since?: string | undefined;
  readonly ledger?: string | undefined;
  readonly dryRun?: true | undefined;
  readonly state: string;
  readonly routes: string;
  readonly environments: string;
}

/** Adds `routes redrive`. */
export function addRedrive(program: Command, end: End, output: Output): void {
  program
    .command("redrive")
    .summary("puts an application's undelivered events back through the present routes, each event once")
    .argument("<application>")
    .requiredOption("--stage <stage>", "environment whose lake and destinations are meant")
    .option("--lake <place>", "folder or s3://bucket (default: the stage's lake)")
    .option("--since <time>", "day or hour in UTC, such as 2026-03-01 or 2026-03-01T12")
    .option("--ledger <place>", "file or s3://bucket/key of what was put back (default: in the lake)")
    .option("--dry-run", "deliver nothing, and say how much would be delivered")
    .addOption(sharedOptions.state)
    .addOption(sharedOptions.routes)
    .addOption(sharedOptions.environments)
    .action((application, options) => end(redriveApplication(application, options, output)));
}

async function redriveApplication(application: string, options: RedriveOptions, output: Output): Promise<number> {
  const { stage } = options;
  const isDry = options.dryRun === true;
  const place = placeNamed(stage, readEnvironmentPlaces(options.environments));
  const documents = loadRouteDocuments(options.routes);
  if (!documents.some((document) => document.application === application)) {
    throw new UsageError(
      `There is no application "${application}"; known are ${documents.map((document) => document.application).join(", ")}`,
    );
  }
  // A dry run over objects of a folder needs no pipeline.
  if (options.lake === undefined || !isDry) findRunningPipeline(place, options.state);
  // The lake and the destinations lie where the stage lies, whatever the operator's profile says.
  process.env["AWS_REGION"] ??= place.region;
  const lake = (options.lake ?? `s3://${place.lakeBucket}`).replace(/\/$/, "");
  const ledger = await openLedger(options.ledger ?? `${lake}/redriven/${application}/${stage}.txt`);
  let cut = 0;
  const lines = readLines(`${lake}/undelivered/${application}`, () => (cut += 1), sinceHour(options.since));
  try {
    const result = await redrive(rowsOf(lines), {
      application,
      routes: loadRoutes(compileRoutes(documents)),
      destination: isDry ? undefined : await destinations(place),
      done: new Set(ledger.keys),
      onDelivered: (keys) => (isDry ? undefined : ledger.add(keys)),
    });
    output.out(
      `${isDry ? "would deliver" : "delivered"} ${result.delivered} of ${result.found} undelivered events of ${application}: ` +
        `${result.duplicates} duplicates, ${result.unwanted} no longer wanted, ${result.unreadable + cut} unreadable, ${result.failed} failed`,
    );
    for (const [why, count] of result.reasons) output.err(`${count} failed: ${why}`);
    return result.failed + result.unreadable + cut > 0 ? 1 : 0;
  } finally {
    ledger.close();
  }
}

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

/**
 * Loaded here alone: the other commands write to no destination, and the SDK takes longer to load than they take to
 * run.
 */
async function destinations(place: EnvironmentPlace): Promise<(destination: CompiledDestination) => OutputWriter> {
  const { createKinesisClient, systemClock } = await import("@millrace/put-records");
  const { openDestination, signedServices, targetOf } = await import("@millrace/destinations");
  const { name: stage, region, accountId, streamPrefix: prefix } = place;
  // The operator's own, as every AWS tool finds them.
  const credentials = createKinesisClient({ region }).config.credentials;
  const connections: Connections = {
    kinesis: (where) => createKinesisClient({ region: where }),
    ...signedServices(process.env, credentials),
    clock: systemClock,
    random: Math.random,
  };
  return (destination) => openDestination(targetOf(destination, { stage, region, accountId, prefix }), connections);
}
