import type {
  AlarmFigures,
  Change,
  CommandResult,
  EventCopy,
  EventTraces,
  FigureHistory,
  HopFigures,
  LinePage,
  LineRequest,
  ObjectivesFigures,
  PipelineDescription,
  PipelineSource,
  RecordPlace,
  LinePlace,
  RefusedLine,
  ReplayRequest,
} from "@millrace/pipeline-source";
import { loadRouteDocuments, type RouteDocument } from "@millrace/routes";

/** The pipeline that runs on this machine, read through its control endpoint. */
export class LocalSource implements PipelineSource {
  readonly #controlUrl: string;
  readonly #routesFolder: string;

  constructor(options: { readonly controlUrl: string; readonly routesFolder: string }) {
    this.#controlUrl = options.controlUrl;
    this.#routesFolder = options.routesFolder;
  }

  describe(signal?: AbortSignal): Promise<PipelineDescription> {
    return this.#get("/description", signal);
  }

  hops(signal?: AbortSignal): Promise<readonly HopFigures[]> {
    return this.#get("/hops", signal);
  }

  history(signal?: AbortSignal): Promise<FigureHistory> {
    return this.#get("/history", signal);
  }

  changes(signal?: AbortSignal): Promise<readonly Change[]> {
    return this.#get("/changes", signal);
  }

  alarms(signal?: AbortSignal): Promise<readonly AlarmFigures[]> {
    return this.#get("/alarms", signal);
  }

  async objectives(signal?: AbortSignal): Promise<ObjectivesFigures | undefined> {
    return (await this.#get<ObjectivesFigures | null>("/objectives", signal)) ?? undefined;
  }

  readLines({ stream, limit, before, beforeMs, after, contains = [] }: LineRequest, signal?: AbortSignal) {
    const query = new URLSearchParams({ stream, limit: String(limit) });
    if (before !== undefined) query.set("before", before);
    if (beforeMs !== undefined) query.set("before-ms", String(beforeMs));
    if (after !== undefined) query.set("after", after);
    for (const text of contains) query.append("contains", text);
    return this.#get<LinePage>(`/lines?${query.toString()}`, signal);
  }

  traces(id: string, signal?: AbortSignal): Promise<EventTraces> {
    return this.#get(`/events?id=${encodeURIComponent(id)}`, signal);
  }

  readRecord(
    { streamName, shardId, sequenceNumber }: RecordPlace,
    signal?: AbortSignal,
  ): Promise<readonly EventCopy[]> {
    const query = new URLSearchParams({ stream: streamName, shard: shardId, sequence: sequenceNumber });
    return this.#get(`/record?${query.toString()}`, signal);
  }

  refusedLines(signal?: AbortSignal): Promise<readonly RefusedLine[]> {
    return this.#get("/refused-lines", signal);
  }

  async readRefusedLine({ object, line }: LinePlace, signal?: AbortSignal): Promise<string> {
    const query = new URLSearchParams({ object, line: String(line) });
    return (await this.#get<{ readonly text: string }>(`/refused-line?${query.toString()}`, signal)).text;
  }

  /** Reads the documents each time: they change while the pipeline runs. */
  routes(): readonly RouteDocument[] {
    return loadRouteDocuments(this.#routesFolder);
  }

  async preview(body: string, signal?: AbortSignal): Promise<{ readonly status: number; readonly body: string }> {
    const { ingestUrl, writeKey = "" } = await this.describe(signal);
    if (ingestUrl === undefined) throw new RangeError("The pipeline does not say where its event service is.");
    const response = await fetch(new URL("/v1/validate", ingestUrl), {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${writeKey}` },
      body,
      ...(signal === undefined ? {} : { signal }),
    });
    return { status: response.status, body: await response.text() };
  }

  redrive(application: string, isDry: boolean, signal?: AbortSignal): Promise<CommandResult> {
    const query = new URLSearchParams({ application, ...(isDry ? { "dry-run": "" } : {}) });
    return this.#ask(`/redrive?${query.toString()}`, "POST", signal);
  }

  replay(request: ReplayRequest, signal?: AbortSignal): Promise<CommandResult> {
    return this.#ask(`/replay?${new URLSearchParams({ ...request }).toString()}`, "POST", signal);
  }

  #get<T>(path: string, signal: AbortSignal | undefined): Promise<T> {
    return this.#ask(path, "GET", signal);
  }

  /** @throws Error with the words of the control endpoint */
  async #ask<T>(path: string, method: "GET" | "POST", signal: AbortSignal | undefined): Promise<T> {
    const response = await fetch(new URL(path, this.#controlUrl), {
      method,
      ...(signal === undefined ? {} : { signal }),
    });
    if (!response.ok) throw new RangeError(await response.text());
    return (await response.json()) as T;
  }
}
