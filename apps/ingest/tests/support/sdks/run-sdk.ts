import { spawn } from "node:child_process";
import { join } from "node:path";
import { rudderKey, sdkKey, startTestService } from "../test-service.ts";
import { until } from "../until.ts";
import { startFaultProxy } from "./fault-proxy.ts";
import { type SdkFacts, type SdkTarget, sentEvents } from "./sdk.ts";

export interface SdkReport {
  readonly name: string;
  readonly sent: number;
  /** Events stored, those that were sent twice included. */
  readonly stored: number;
  /** Events by `(source, id)`, which is how every sink counts. */
  readonly distinct: number;
  /** Requests that were answered with 503 after their events had been stored. */
  readonly faults: number;
  readonly types: readonly string[];
  /** Names of contracts that the SDK gave its events. */
  readonly dataschemas: readonly string[];
  /** Names that events of the type `segment.track` carry in their data. */
  readonly trackNames: readonly string[];
}

/** Runs an SDK against the service, with one lost answer where the SDK repeats what failed. */
export async function runSdk(
  { name, retries, key }: SdkFacts,
  send: (target: SdkTarget) => Promise<void>,
): Promise<SdkReport> {
  const service = await startTestService({ corsOrigins: ["*"] });
  const proxy = await startFaultProxy(service.url);
  const distinctEvents = () => new Set(service.stream.events.map(({ source, id }) => JSON.stringify([source, id])));
  try {
    const writeKey = key === "sdk" ? sdkKey : rudderKey;
    await send({ url: retries ? proxy.url : service.url, writeKey, appId: "shop" });
    // An SDK may call itself finished before its last request is.
    await until(() => {
      const { size } = distinctEvents();
      return size >= sentEvents && (!retries || service.stream.events.length > size);
    }).catch(() => undefined);
    const { events } = service.stream;
    const types = [...new Set(events.map(({ type }) => String(type)))];
    const dataschemas = [...new Set(events.map(({ dataschema }) => dataschema))].filter(isText);
    const counts = { sent: sentEvents, stored: events.length, distinct: distinctEvents().size, faults: proxy.faults };
    const tracks = events.filter(({ type }) => type === "segment.track").map(({ data }) => data as { event?: unknown });
    const trackNames = [...new Set(tracks.map(({ event }) => event))].filter(isText);
    return { name, ...counts, types, dataschemas, trackNames };
  } finally {
    await proxy.close();
    await service.close();
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** Sends with an SDK of Node in a process of its own; rejects when the process fails, as an application would. */
export function sendFromNode(name: string): (target: SdkTarget) => Promise<void> {
  return ({ url, writeKey, appId }) =>
    new Promise((resolve, reject) => {
      const file = join(import.meta.dirname, "send-with-sdk.ts");
      const child = spawn(process.execPath, ["--no-warnings", file, name, url, writeKey, appId], {
        stdio: ["ignore", "ignore", "pipe"],
      });
      let trouble = "";
      child.stderr.on("data", (chunk: Buffer) => {
        trouble += chunk.toString();
      });
      child.once("error", reject);
      child.once("exit", (code) => {
        if (code === 0) resolve();
        else reject(new Error(`${name} ended with ${String(code)}: ${trouble.slice(0, 2_000)}`));
      });
    });
}
