import { decodeRecord } from "@millrace/event-contracts";
import fc from "fast-check";
import { problems } from "../../src/problems.ts";
import { fuzzSeeds, type FuzzTarget } from "./fuzz-seeds.ts";
import { mutatedRequest } from "./mutated-requests.ts";
import { exchangeRaw, type RawAnswer } from "./raw-http.ts";
import { startTestService } from "./test-service.ts";
import { until } from "./until.ts";

export interface FuzzReport {
  readonly requests: number;
  readonly seed: number;
  /** Answers by status; `closed` are connections that ended without one. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Answers by problem code, `accepted` for 202. */
  readonly codes: Readonly<Record<string, number>>;
  readonly storedEvents: number;
  /** Violations, each with the request that caused it. */
  readonly faults: readonly string[];
}

/** Sends mutated requests to the service over real connections and checks every answer and every stored line. */
export async function fuzzService(options: {
  target?: FuzzTarget;
  requests: number;
  seed: number;
  concurrency?: number;
}): Promise<FuzzReport> {
  const { target = "events", requests, seed, concurrency = 32 } = options;
  const service = await startTestService({
    trustProxyHops: 1,
    corsOrigins: ["https://shop.example"],
    // A request whose length promises more than comes is answered when this time is over.
    server: { headersTimeoutMs: 100, requestTimeoutMs: 200 },
  });
  const statuses: Record<string, number> = {};
  const codes: Record<string, number> = {};
  const faults: string[] = [];
  let accepted = 0;
  const count = (counts: Record<string, number>, name: string) => {
    counts[name] = (counts[name] ?? 0) + 1;
  };
  const inputs = fc.sample(mutatedRequest(fuzzSeeds[target]), { numRuns: requests, seed }).values();
  const send = async () => {
    for (const bytes of inputs) {
      try {
        const answer = await exchangeRaw(service.port, bytes);
        count(statuses, answer.status === 0 ? "closed" : String(answer.status));
        accepted += checkAnswer(answer, (code) => count(codes, code));
      } catch (error) {
        faults.push(`${String(error)} for ${JSON.stringify(bytes.toString("latin1").slice(0, 2_000))}`);
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, send));
  const events = service.stream.records.flatMap(({ data }) => decodeRecord(data));
  for (const line of events) {
    if (!line.ok || (line.value as { tenantid?: unknown }).tenantid !== "shop")
      faults.push("A stored line is not an event of the tenant.");
  }
  // A connection that was damaged behind its first request may carry a second one, whose answer is not read.
  if (events.length < accepted) faults.push(`${accepted} events were accepted and ${events.length} stored.`);
  await until(() => service.admission.bytes.used === 0).catch(() =>
    faults.push(`${service.admission.bytes.used} bytes are still held.`),
  );
  await service.close();
  return { requests, seed, statuses, codes, storedEvents: events.length, faults };
}

/** Throws when an answer is not one of those documented; gives the number of events accepted. */
function checkAnswer(answer: RawAnswer, countCode: (code: string) => void): number {
  const { status, contentType, body } = answer;
  if (status === 0) return 0;
  if (status >= 500) throw new Error(`Answered with ${status}: ${body}`);
  if (status < 400) {
    countCode(status === 204 ? "preflight" : "accepted");
    // The answers of adapters are in the words of their protocols.
    if (status !== 202 || !body.includes('"ids"')) return 0;
    const { accepted, ids } = JSON.parse(body) as { accepted: number; ids: string[] };
    if (accepted !== ids.length || accepted === 0) throw new Error(`Accepted ${accepted} with ${ids.length} ids`);
    return accepted;
  }
  // Node itself answers a request without Host, before there is anybody to ask; HEAD has no body.
  if (body === "") return 0;
  // OTLP's answers are a `google.rpc.Status`.
  if (contentType === "application/x-protobuf" || /^\{"code":\d/.test(body)) return countStatus(body, countCode);
  const problem = JSON.parse(body) as { code: keyof typeof problems; status: number };
  if (contentType !== "application/problem+json" || problems[problem.code].status !== status) {
    throw new Error(`Answered ${status} (${String(contentType)}) with ${body}`);
  }
  countCode(problem.code);
  return 0;
}

function countStatus(body: string, countCode: (code: string) => void): number {
  countCode(/[a-z]+(?:-[a-z\d]+)+/.exec(body)?.[0] ?? "unreadable");
  return 0;
}
