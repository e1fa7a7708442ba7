import type { KinesisClient } from "@aws-sdk/client-kinesis";
import { type Command, type End, type Output, wholeNumber } from "@millrace/command-line";
import { decodeRecord, type EnrichedEvent } from "@millrace/event-contracts";
import { linesOfData } from "@millrace/packed-records";
import { parseRouteDocument, RouteDocumentsError } from "@millrace/routes";
import { existsSync, readFileSync } from "node:fs";
import { LocationError, UsageError } from "../errors.ts";
import { followStream } from "../tap/follow-stream.ts";
import { RouteTap } from "../tap/route-tap.ts";
import { placeNamed, readEnvironmentPlaces } from "./environment-places.ts";
import { findRunningPipeline } from "./running-pipeline.ts";
import { sharedOptions } from "./shared-options.ts";

const MAX_SAMPLE_TEXT = 400;

interface TapOptions {
  readonly stage: string;
  readonly seconds?: number | undefined;
  readonly samples: number;
  readonly state: string;
  readonly environments: string;
}

/** Adds `routes tap`, which is `pnpm tap` too. */
export function addTap(program: Command, end: End, output: Output): void {
  program
    .command("tap")
    .summary("says what a document would deliver of the live enriched stream")
    .description(
      "Says what a document would deliver of the live enriched stream, per second and with samples. It only reads; " +
        "credentials and region are found as by any AWS tool.",
    )
    .argument("<document>", "route document")
    .option("--stage <stage>", "environment to read", "local")
    .option("--seconds <n>", "end after so many looks, one a second (default: at Ctrl-C)", wholeNumber(0))
    .option("--samples <n>", "events that are shown of each route and look", wholeNumber(0), 1)
    .addOption(sharedOptions.state)
    .addOption(sharedOptions.environments)
    .action((file, options) => end(tap(file, options, output)));
}

async function tap(file: string, options: TapOptions, output: Output): Promise<number> {
  const routeTap = new RouteTap(readDocument(file), options.samples, Date.now);
  const place = placeNamed(options.stage, readEnvironmentPlaces(options.environments));
  const stream = place.pipelineStreams[1] ?? `${place.streamPrefix}enriched`;
  const { KinesisClient: Client } = await import("@aws-sdk/client-kinesis");
  findRunningPipeline(place, options.state);
  const client = new Client({ region: place.region });
  try {
    await follow(client, stream, routeTap, options.seconds ?? Number.POSITIVE_INFINITY, output);
  } catch (error) {
    throw LocationError.from(stream, error);
  } finally {
    client.destroy();
  }
  return 0;
}

async function follow(
  client: KinesisClient,
  stream: string,
  routeTap: RouteTap,
  looks: number,
  output: Output,
): Promise<void> {
  const end = new AbortController();
  const stop = (): void => end.abort();
  process.once("SIGINT", stop);
  let look = -1;
  try {
    for await (const records of followStream(client, stream, end.signal)) {
      look += 1;
      if (look === 0) {
        output.err(`Reading ${stream}; Ctrl-C ends it.`);
        routeTap.take();
        continue;
      }
      for (const record of records) addRecord(record, routeTap);
      printLook(routeTap, output);
      if (look >= looks) end.abort();
    }
  } finally {
    process.removeListener("SIGINT", stop);
  }
}

function addRecord(record: Uint8Array, routeTap: RouteTap): void {
  for (const line of decodeRecord(linesOfData(record))) {
    if (!line.ok) continue;
    const { event } = line.value as Partial<EnrichedEvent>;
    if (typeof event?.id === "string" && typeof event.source === "string") {
      routeTap.add(line.value as EnrichedEvent, line.text);
    }
  }
}

function printLook(routeTap: RouteTap, output: Output): void {
  const { events, routes } = routeTap.take();
  for (const { route, matched, delivered, bytes, samples } of routes) {
    const left = matched === delivered ? "" : ` (${toTenths(matched)} matched, the sample leaves some out)`;
    const rate = `${toTenths(delivered)} of ${toTenths(events)} events/s`;
    output.out(`${route}: ${rate}, ${(bytes / 1_000).toFixed(1)} kB/s${left}`);
    for (const text of samples) {
      output.out(`    ${text.length > MAX_SAMPLE_TEXT ? `${text.slice(0, MAX_SAMPLE_TEXT)}…` : text}`);
    }
  }
}

function toTenths(rate: number): number {
  return Math.round(10 * rate) / 10;
}

function readDocument(file: string) {
  if (!existsSync(file)) throw new UsageError(`There is no file ${file}`);
  const { value, errors } = parseRouteDocument(readFileSync(file, "utf8"), file);
  if (value === undefined) throw new RouteDocumentsError(errors);
  return value;
}
