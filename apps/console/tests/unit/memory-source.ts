import type {
  EventCopy,
  HopFigures,
  LinePage,
  LineRequest,
  PipelineSource,
  RecordPlace,
  LinePlace,
  RefusedLine,
  ReplayRequest,
} from "@millrace/pipeline-source";
import type { RouteDocument } from "@millrace/routes";

const streams = { raw: "m-raw", enriched: "m-enriched", badRows: "m-bad-rows" };

const documents: readonly RouteDocument[] = [
  {
    application: "fraud",
    owner: "team-fraud",
    routes: [
      {
        name: "purchases",
        description: "",
        pattern: { event: { type: ["purchase"] } },
        destination: { stream: "fraud" },
        tests: [],
      },
    ],
  },
];

/** A pipeline whose streams are lists: for what the console itself does with what it reads. */
export class MemorySource implements PipelineSource {
  /** Oldest first, by stream. */
  readonly lines: Record<string, EventCopy[]> = { "m-raw": [], "m-enriched": [], "m-bad-rows": [], "m-fraud": [] };
  readonly asked: LineRequest[] = [];
  refused: readonly RefusedLine[] = [];
  hopList: readonly HopFigures[] = [
    { name: "m-fraud", kind: "destination", unit: "records", in: 0, out: 0, backlog: 0, counts: {}, exists: true },
  ];

  /** Writes an event to the enriched stream, or to another. */
  put(
    event: { readonly id: string; readonly type?: string; readonly status?: string; readonly atMs?: number },
    stream = streams.enriched,
  ): void {
    const { id, type = "purchase", status = "valid", atMs = 0 } = event;
    const value = { event: { id, source: "app", type }, validation: { status, schema: null, errors: [] } };
    this.putText(JSON.stringify({ ...value, processing: { enrichment: { version: "1", at: "" } } }), stream, atMs);
  }

  putText(text: string, stream = streams.enriched, atMs = 0): void {
    const lines = (this.lines[stream] ??= []);
    const place = { streamName: stream, shardId: "s", sequenceNumber: String(lines.length + 1), index: 0 };
    lines.push({ ...place, arrivedAt: new Date(atMs).toISOString(), text });
  }

  describe() {
    return Promise.resolve({
      stage: "test",
      startedAtMs: 0,
      streams,
      ingestUrl: "http://127.0.0.1:1",
      writeKey: "key",
    });
  }

  hops() {
    return Promise.resolve(this.hopList);
  }

  history() {
    return Promise.resolve({ stepMs: 10_000, times: [], hops: {} });
  }

  changes() {
    return Promise.resolve([]);
  }

  alarms() {
    return Promise.resolve([]);
  }

  objectives() {
    return Promise.resolve(undefined);
  }

  readLines(request: LineRequest): Promise<LinePage> {
    this.asked.push(request);
    const { stream, limit, before, after, contains = [] } = request;
    const all = this.lines[stream] ?? [];
    const end = before === undefined ? all.length : Number(before);
    const begin = after === undefined ? 0 : Number(after);
    const found: EventCopy[] = [];
    let at = end;
    while (at > begin && found.length < limit) {
      at -= 1;
      const line = all[at];
      if (line !== undefined && contains.every((text) => line.text.includes(text))) found.push(line);
    }
    return Promise.resolve({
      lines: found,
      before: String(at),
      after: String(all.length),
      looked: end - at,
      skipped: after === undefined ? 0 : at - begin,
      isEnd: at === begin,
    });
  }

  traces(id: string) {
    const of = (stream: string) => (this.lines[stream] ?? []).filter(({ text }) => text.includes(JSON.stringify(id)));
    return Promise.resolve({
      refused: [],
      raw: of(streams.raw),
      enriched: of(streams.enriched),
      badRows: [],
      delivered: of("m-fraud"),
      undelivered: [],
      rows: [],
    });
  }

  readRecord({ streamName, sequenceNumber }: RecordPlace) {
    return Promise.resolve((this.lines[streamName] ?? []).filter((line) => line.sequenceNumber === sequenceNumber));
  }

  refusedLines() {
    return Promise.resolve(this.refused);
  }

  readRefusedLine({ object, line }: LinePlace) {
    return Promise.resolve(`line ${line} of ${object}`);
  }

  routes() {
    return documents;
  }

  preview(body: string) {
    return Promise.resolve({ status: 200, body });
  }

  replay({ type, from }: ReplayRequest) {
    return Promise.resolve({ code: 0, output: `3 events of ${type} since ${from}` });
  }

  redrive(application: string, isDry: boolean) {
    return Promise.resolve({ code: 0, output: `${isDry ? "would deliver" : "delivered"} 1 of ${application}` });
  }
}
