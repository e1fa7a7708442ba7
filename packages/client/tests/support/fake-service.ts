import type { SentEvent } from "../../src/index.ts";

/** The fate of one request, by the event's place in it; `undefined` is: accepted. */
export interface Verdict {
  /** The answer never arrives; the events were stored or not. */
  readonly lost?: "before" | "after";
  /** The answer never comes, not even an error. */
  readonly hangs?: boolean;
  readonly status?: number;
  /** The service's code; without it the body is a proxy's. */
  readonly code?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly rejected?: readonly number[];
  readonly unconfirmed?: readonly number[];
}

export interface SentRequest {
  readonly url: string;
  readonly init: RequestInit;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly events: readonly SentEvent[];
}

/** The event service behind `fetch`: takes what it is told to take, and answers as apps/ingest does. */
export class FakeService {
  readonly requests: SentRequest[] = [];
  /** Every event stored, copies included. */
  readonly stored: SentEvent[] = [];
  /** Verdicts for the next requests; then everything is accepted. */
  readonly verdicts: Verdict[] = [];
  /** Decides where no verdict is left. */
  decide: (request: SentRequest) => Verdict = () => ({});

  readonly fetch = (url: unknown, init: RequestInit = {}): Promise<Response> => {
    const body = init.body as string;
    const events = JSON.parse(body) as SentEvent[];
    const headers = init.headers as Record<string, string>;
    const request = { url: url as string, init, headers, body, events };
    this.requests.push(request);
    return this.#answer(request, this.verdicts.shift() ?? this.decide(request));
  };

  get storedIds(): string[] {
    return this.stored.map(({ id }) => id);
  }

  async #answer({ events, init }: SentRequest, verdict: Verdict): Promise<Response> {
    const { lost, hangs, status = 202, code, headers = {}, rejected = [], unconfirmed = [] } = verdict;
    if (lost === "before") throw new TypeError("fetch failed");
    const isTaken = (_event: SentEvent, index: number) => !rejected.includes(index) && !unconfirmed.includes(index);
    const hasList = unconfirmed.length > 0 || status === 202;
    if (hasList || lost === "after") this.stored.push(...events.filter(isTaken));
    if (lost === "after") throw new TypeError("terminated");
    if (hangs === true) {
      await new Promise((_, reject) => {
        init.signal?.addEventListener("abort", () => reject(init.signal?.reason as Error));
      });
    }
    const list = rejected.map((index) => ({ index, code: "invalid-attribute-value", detail: "Expected another." }));
    const body = {
      ...(code !== undefined && { code, detail: `The problem is ${code}.` }),
      ...(hasList && { accepted: events.filter(isTaken).length }),
      ...(list.length > 0 && { rejected: list }),
      ...(unconfirmed.length > 0 && {
        code: "stream-unavailable",
        unconfirmed: unconfirmed.map((index) => ({ index, id: events[index]?.id, isAmbiguous: index % 2 === 0 })),
      }),
    };
    const text = code === undefined && !hasList ? "<html>a proxy</html>" : JSON.stringify(body);
    return { status, headers: new Headers(headers), text: async () => text } as Response;
  }
}
