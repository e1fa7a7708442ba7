import { describe, expect, test } from "@jest/globals";
import { createRandom } from "@millrace/aws-simulator";
import type { TrafficOutcomes } from "../../src/report/sent-ledger.ts";
import type { HttpAnswer } from "../../src/traffic/event-client.ts";
import type { HttpRequest } from "../../src/traffic/http-request.ts";
import { sampleMix } from "../../src/traffic/sample-mix.ts";
import { sendTraffic } from "../../src/traffic/send-traffic.ts";
import { planTraffic } from "../../src/traffic/traffic-plan.ts";

const refusal = (status: number): HttpAnswer => ({ status, body: "busy", retryAfterSeconds: 0 });
const acceptance: HttpAnswer = {
  status: 202,
  body: '{"ids":["1","2","3","4","5","6","7","8"]}',
  retryAfterSeconds: undefined,
};

/** Sends 500 events to a service that answers as `post` does; all outcomes together. */
async function send(post: (request: HttpRequest) => Promise<HttpAnswer>, signal = new AbortController().signal) {
  const outcomes: TrafficOutcomes[] = [];
  let strays = 0;
  await sendTraffic(planTraffic({ ...sampleMix(0), random: createRandom(1) }), {
    client: { post, close: () => Promise.resolve() },
    writeKey: "key",
    rate: 100_000,
    limit: 500,
    maxRequestsInFlight: 4,
    oracle: () => ["app/all"],
    onOutcomes: (outcome) => outcomes.push(outcome),
    onStray: () => {
      strays += 1;
    },
    signal,
  });
  return {
    sent: outcomes.reduce((sum, { sent }) => sum + sent, 0),
    accepted: outcomes.flatMap(({ accepted }) => accepted),
    failures: outcomes.flatMap(({ failures }) => failures),
    strays,
  };
}

describe("sending sample traffic", () => {
  test("sends as many events as it may, never more requests at once than allowed", async () => {
    let underWay = 0;
    let most = 0;
    const { sent, accepted, strays } = await send(async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((done) => setImmediate(done));
      underWay -= 1;
      return acceptance;
    });
    expect(sent).toBe(500);
    expect(accepted.length).toBe(500 - strays);
    expect(accepted[0]).toMatchObject({ fate: "valid", routes: ["app/all"] });
    expect(most).toBe(4);
  });

  test("a request that is answered 429 or 503 is sent again, and counts once", async () => {
    const seen = new Map<HttpRequest, number>();
    const { sent, accepted, failures, strays } = await send((request) => {
      const attempt = (seen.get(request) ?? 0) + 1;
      seen.set(request, attempt);
      return Promise.resolve(attempt < 3 ? refusal(attempt === 1 ? 429 : 503) : acceptance);
    });
    expect({ sent, accepted: accepted.length, failures }).toEqual({ sent: 500, accepted: 500 - strays, failures: [] });
    expect([...seen.values()].every((attempts) => attempts === 3)).toBe(true);
  });

  test("an answer that never comes, or makes no sense, is a failure and ends nothing", async () => {
    const broken = await send(() => Promise.reject(new Error("socket hang up")));
    expect(broken.sent).toBe(500);
    expect(broken.failures[0]).toMatch(/^A request of \d events got no usable answer: socket hang up$/);
    const senseless = await send(() => Promise.resolve({ ...acceptance, body: "<html>" }));
    expect(senseless.failures[0]).toMatch(/got no usable answer: Unexpected token/);
  });

  test("stops at once when it is told to", async () => {
    const stopping = new AbortController();
    const { sent } = await send(() => {
      stopping.abort();
      return Promise.resolve(acceptance);
    }, stopping.signal);
    expect(sent).toBeLessThan(50);
  });
});
