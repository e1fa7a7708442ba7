import type { KinesisClient } from "@aws-sdk/client-kinesis";
import { decodeRecord, type EnrichedEvent } from "@millrace/event-contracts";
import { parseRouteDocument, RouteDocumentsError } from "@millrace/routes";
import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { LocationError, UsageError } from "../errors.ts";
import { followStream } from "../tap/follow-stream.ts";
import { RouteTap } from "../tap/route-tap.ts";
import type { Command, Output } from "./command.ts";
import { placeNamed, readEnvironmentPlaces } from "./environment-places.ts";
import { DEFAULT_STATE_FOLDER, findRunningPipeline } from "./running-pipeline.ts";

const MAX_SAMPLE_TEXT = 400;

export const tap: Command = {
  usage:
    "tap <route document> [--stage local] [--seconds n] [--samples n] [--state folder] [--environments file] (credentials and region as for any AWS tool; it only reads)",
  summary: "what a document would deliver of the live enriched stream, per second and with samples; nothing is written",
  async run(args, output) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        stage: { type: "string", default: "local" },
        seconds: { type: "string" },
        samples: { type: "string", default: "1" },
        state: { type: "string", default: DEFAULT_STATE_FOLDER },
        environments: { type: "string" },
      },
    });
    const [file] = positionals;
    if (file === undefined) throw new UsageError(`Usage: ${tap.usage}`);
    const routeTap = new RouteTap(readDocument(file), wholeNumber("samples", values.samples), Date.now);
    const place = placeNamed(values.stage, readEnvironmentPlaces(values.environments));
    const stream = place.pipelineStreams[1] ?? `${place.streamPrefix}enriched`;
    const { KinesisClient: Client } = await import("@aws-sdk/client-kinesis");
    findRunningPipeline(place, values.state);
    const client = new Client({ region: place.region });
    const looks = values.seconds === undefined ? Number.POSITIVE_INFINITY : wholeNumber("seconds", values.seconds);
    try {
      await follow(client, stream, routeTap, looks, output);
    } catch (error) {
      throw LocationError.from(stream, error);
    } finally {
      client.destroy();
    }
    return 0;
  },
};

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
  for (const line of decodeRecord(record)) {
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

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0)
    throw new UsageError(`Expected --${name} to be a whole number, got ${text}`);
  return value;
}
