import { describe, expect, test } from "@jest/globals";
import { createRandom } from "@millrace/aws-simulator";
import { breakages, strayRecords } from "../../src/traffic/broken-events.ts";
import { renderHttpRequest } from "../../src/traffic/http-request.ts";
import { planTraffic, type PlannedRequest, type PlannedSending } from "../../src/traffic/traffic-plan.ts";

const concurrentSessions = 20;

function planAll(seed: number, sendings: number, brokenShare = 0.03): PlannedSending[] {
  const random = createRandom(seed);
  const traffic = planTraffic({
    random,
    brokenShare,
    strayShare: 0.01,
    concurrentSessions,
    maxEventsPerRequest: 8,
  });
  return Array.from({ length: sendings }, () => traffic.next().value as PlannedSending);
}

function plan(seed: number, sendings: number, brokenShare = 0.03): PlannedRequest[] {
  return planAll(seed, sendings, brokenShare).filter((sending) => sending.kind === "request");
}

describe("sample traffic", () => {
  test("the same seed gives the same plan, another seed another", () => {
    expect(JSON.stringify(plan(7, 300))).toBe(JSON.stringify(plan(7, 300)));
    expect(JSON.stringify(plan(7, 300))).not.toBe(JSON.stringify(plan(8, 300)));
  });

  test("about 3 % of the events are broken, in every way there is", () => {
    const events = plan(1, 12_000).flatMap((request) => request.events);
    const broken = events.filter((event) => event.fate !== "valid");
    expect(broken.length / events.length).toBeGreaterThan(0.02);
    expect(broken.length / events.length).toBeLessThan(0.04);
    expect(new Set(broken.map((event) => event.breakage))).toEqual(new Set(breakages.map(({ name }) => name)));
  });

  test("a visitor's events are sent in the order of the session: a purchase follows its cart", () => {
    const types = new Map<string, string[]>();
    for (const { visitor, events } of plan(3, 4000, 0)) {
      const seen = types.get(visitor.visitorId) ?? [];
      types.set(visitor.visitorId, [...seen, ...events.map((event) => event.draft.type)]);
    }
    // Of the visitors that the plan begins with, it has the end of a session only.
    const whole = [...types.values()].slice(concurrentSessions);
    const buyers = whole.filter((seen) => seen.includes("commerce.purchase"));
    expect(buyers.length).toBeGreaterThan(10);
    for (const seen of buyers) {
      expect(seen.indexOf("commerce.cart-change")).toBeGreaterThan(seen.indexOf("search.query"));
      expect(seen.indexOf("commerce.purchase")).toBeGreaterThan(seen.indexOf("commerce.cart-change"));
    }
  });

  test("every mode of the endpoint is used, each with its media type", () => {
    const rendered = plan(5, 2000).map((request) => renderHttpRequest(request, "key", "2026-11-22T00:00:00.000Z"));
    const types = new Set(rendered.map(({ headers }) => headers["content-type"]));
    expect(types).toEqual(
      new Set([
        "application/json",
        "application/x-ndjson",
        "application/cloudevents+json",
        "application/cloudevents-batch+json",
      ]),
    );
    expect(rendered.some(({ headers }) => headers["ce-id"] !== undefined)).toBe(true);
  });

  test("stray records of every kind bypass the service", () => {
    const strays = planAll(4, 8000).filter((sending) => sending.kind === "stray");
    expect(new Set(strays.map(({ record }) => record.name))).toEqual(new Set(strayRecords.map(({ name }) => name)));
  });

  test("a malformed body travels alone, so that it spoils nobody else's request", () => {
    const spoiled = plan(2, 12_000).filter(({ events }) =>
      events.some(({ breakage }) => breakage === "malformed JSON"),
    );
    expect(spoiled.length).toBeGreaterThan(0);
    expect(spoiled.every(({ events }) => events.length === 1)).toBe(true);
  });
});
