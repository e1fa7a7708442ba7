import { describe, expect, test } from "@jest/globals";
import { type Observations, Sightings } from "../../src/report/observations.ts";
import { formatReport, isWhole } from "../../src/report/format-report.ts";
import { reconcile } from "../../src/report/reconcile.ts";
import { type SentEvent, SentLedger } from "../../src/report/sent-ledger.ts";
import type { Fate } from "../../src/traffic/broken-events.ts";

const eventOf = (id: string, fate: Fate): SentEvent => ({
  identity: JSON.stringify(["s", id]),
  sentAtMs: 100,
  fate,
  description: `search.click, ${fate === "valid" ? "unbroken" : "broken"}`,
  routes: fate === "valid" ? ["app/clicks"] : [],
});

const accept = (ledger: SentLedger, ...accepted: SentEvent[]): void =>
  ledger.add({ sent: accepted.length, accepted, refused: [], failures: [] });

const sightingsOf = (...ids: string[]): Sightings => seenIn(new Sightings(), ...ids);

const seenIn = (sightings: Sightings, ...ids: string[]): Sightings => {
  for (const id of ids) sightings.add(JSON.stringify(["s", id]), 150);
  return sightings;
};

/** Three valid events, one invalid, one stray record; everything arrived once. */
function wholeRun(): { ledger: SentLedger; observations: Observations } {
  const ledger = new SentLedger();
  for (const [id, fate] of [
    ["1", "valid"],
    ["2", "valid"],
    ["3", "valid"],
    ["4", "invalid"],
  ] as const) {
    accept(ledger, eventOf(id, fate));
  }
  ledger.addStray({ identity: JSON.stringify(["s", "5"]), sentAtMs: 100, name: "not JSON" });
  const statuses = new Map([
    ["1", "valid"],
    ["2", "valid"],
    ["3", "valid"],
    ["4", "invalid"],
  ] as const);
  return {
    ledger,
    observations: {
      raw: sightingsOf("1", "2", "3", "4"),
      throttled: { raw: 0 },
      streams: {},
      enriched: sightingsOf("1", "2", "3", "4"),
      statuses: new Map([...statuses].map(([id, status]) => [JSON.stringify(["s", id]), status])),
      badRows: sightingsOf("5"),
      routes: new Map([["app/clicks", sightingsOf("1", "2", "3")]]),
      undelivered: new Map(),
      unreadable: [],
      warehouse: {
        rows: 4,
        view: sightingsOf("1", "2", "3", "4"),
        landings: [{ table: "LANDED_EVENTS", lines: 4, rows: 4, refused: [], duplicates: 0 }],
      },
    },
  };
}

function report(change: (run: { ledger: SentLedger; observations: Observations }) => Partial<Observations>) {
  const run = wholeRun();
  const observations = { ...run.observations, ...change(run) };
  return reconcile(run.ledger, observations, ["app/clicks"], 1000);
}

describe("reconciliation", () => {
  test("a whole run has nothing lost, nothing doubled and no problem", () => {
    expect(report(() => ({}))).toMatchObject({
      accepted: 5,
      valid: 3,
      invalid: 1,
      badRows: 1,
      lost: 0,
      duplicated: 0,
      problems: [],
      routes: { "app/clicks": { expected: 3, delivered: 3, distinct: 3 } },
      latencyMs: { enriched: { p50: 50, p99: 50 } },
    });
  });

  test("ages of the warm-up are left out, its losses are not", () => {
    const { ledger, observations } = wholeRun();
    accept(ledger, { ...eventOf("6", "valid"), sentAtMs: 140 }, { ...eventOf("7", "valid"), sentAtMs: 120 });
    const enriched = sightingsOf("1", "2", "4", "6", "7");
    const result = reconcile(ledger, { ...observations, enriched }, ["app/clicks"], 1000, 40);
    expect(result.latencyMs.enriched).toMatchObject({ p50: 10, p99: 10 });
    expect(result.problems.join()).toMatch(/the enriched stream lost 1 of 6 events, e\.g\. \["s","3"\]/);
  });

  test("a stray record that became no bad row is lost", () => {
    expect(report(() => ({ badRows: new Sightings() }))).toMatchObject({ lost: 1, badRows: 0 });
  });

  test("an event missing in one place is lost there", () => {
    const result = report(() => ({ routes: new Map([["app/clicks", sightingsOf("1", "3")]]) }));
    expect(result.lost).toBe(1);
    expect(result.problems.join()).toMatch(/route app\/clicks lost 1 of 3 events, e\.g\. \["s","2"\]/);
  });

  describe("a stream that forgot what arrived until 100 ms", () => {
    const forgetful = (...ids: string[]): Sightings => seenIn(new Sightings(100), ...ids);

    test("events of that time are not looked for there, and said so", () => {
      const result = report(() => ({
        enriched: forgetful("1", "4"),
        badRows: forgetful(),
        routes: new Map([["app/clicks", forgetful("1")]]),
      }));
      expect(result).toMatchObject({
        lost: 0,
        problems: [],
        forgotten: { "the enriched stream": 2, "the bad-row stream": 1, "route app/clicks": 2 },
        routes: { "app/clicks": { expected: 3, delivered: 1, forgotten: 2 } },
      });
      expect(formatReport(result)).toContain(
        "2 in the enriched stream, 1 in the bad-row stream, 2 in route app/clicks",
      );
    });

    test("a younger event that is not there is lost, and so is one that the warehouse lacks", () => {
      const { ledger, observations } = wholeRun();
      accept(ledger, { ...eventOf("6", "valid"), sentAtMs: 101 }, { ...eventOf("7", "valid"), sentAtMs: 100 });
      const result = reconcile(
        ledger,
        { ...observations, enriched: forgetful("1", "2", "3", "4"), warehouse: { ...observations.warehouse } },
        ["app/clicks"],
        1000,
      );
      expect(result.forgotten).toEqual({ "the enriched stream": 1 });
      expect(result.problems).toEqual(
        expect.arrayContaining([
          'the enriched stream lost 1 of 6 events, e.g. ["s","6"]',
          'the warehouse view lost 2 of 6 events, e.g. ["s","6"]',
        ]),
      );
    });
  });

  test("an event among the undelivered is not lost, and not there yet", () => {
    const waiting = { undelivered: new Map([["app/clicks", sightingsOf("2", "3")]]) };
    const result = report(() => ({ ...waiting, routes: new Map([["app/clicks", sightingsOf("1", "3")]]) }));
    expect(result).toMatchObject({
      lost: 0,
      routes: { "app/clicks": { expected: 3, delivered: 2, distinct: 2, undelivered: 1 } },
      problems: ["route app/clicks: its stream did not take 1 events; once it does: pnpm routes redrive app"],
    });
  });

  test("a route that received nothing is named as starved", () => {
    const result = report(() => ({ routes: new Map([["app/clicks", new Sightings()]]) }));
    expect(result.problems.join()).toMatch(/route app\/clicks starved: expected 3 events, received none/);
    expect(report(() => ({ routes: new Map() })).problems.join()).toMatch(
      /app\/clicks starved: its stream does not exist/,
    );
  });

  test("a second copy in a stream counts as doubled, and so does one in the warehouse view", () => {
    expect(report(() => ({ enriched: sightingsOf("1", "1", "2", "3", "4") })).duplicated).toBe(1);
    const doubled = report(({ observations }) => ({
      warehouse: { ...observations.warehouse, rows: 5, view: sightingsOf("1", "2", "3", "4", "4") },
    }));
    expect(doubled.duplicated).toBe(1);
  });

  test("copies are counted by the place that holds them: streams, routes, landing tables, the view", () => {
    const result = report(({ observations }) => ({
      enriched: sightingsOf("1", "1", "2", "3", "4"),
      routes: new Map([["app/clicks", sightingsOf("1", "1", "1", "2", "3")]]),
      warehouse: {
        ...observations.warehouse,
        rows: 5,
        landings: [{ table: "LANDED_EVENTS", lines: 5, rows: 5, refused: [], duplicates: 1 }],
      },
    }));
    expect(result.duplicates).toEqual({
      streams: 3,
      warehouseView: 0,
      enriched: 1,
      badRows: 0,
      routes: { "app/clicks": 2 },
      tables: { LANDED_EVENTS: 1 },
    });
    expect(result.problems).toEqual([
      "the enriched stream holds 1 copies beyond the first",
      "route app/clicks holds 2 copies beyond the first",
    ]);
  });

  test("T3: a line that the loader refused is a problem, named with file, line and reason", () => {
    const refused = [{ fileName: "enriched/a.gz", lineNumber: 7, reason: "Malformed JSON at byte 40" }];
    const result = report(({ observations }) => ({
      warehouse: {
        ...observations.warehouse,
        landings: [{ table: "LANDED_EVENTS", lines: 5, rows: 4, refused, duplicates: 0 }],
      },
    }));
    expect(result.landings).toEqual({ LANDED_EVENTS: { lines: 5, rows: 4, refused: 1 } });
    expect(result.problems).toEqual([
      "the loader of LANDED_EVENTS refused line 7 of enriched/a.gz: Malformed JSON at byte 40",
    ]);
    expect(isWhole(result)).toBe(false);
  });

  test("a line in S3 that is neither a row nor refused is a problem", () => {
    const result = report(({ observations }) => ({
      warehouse: {
        ...observations.warehouse,
        landings: [{ table: "LANDED_EVENTS", lines: 6, rows: 4, refused: [], duplicates: 0 }],
      },
    }));
    expect(result.problems).toEqual([
      "6 lines lie in S3 for LANDED_EVENTS, which holds 4 rows beside 0 refused lines: 2 are missing",
    ]);
  });

  test("an object that is no whole gzip is a problem, named with its address", () => {
    const result = report(() => ({ unreadable: ["s3://lake/enriched/a.json.gz"] }));
    expect(result.problems).toEqual(["s3://lake/enriched/a.json.gz is no whole gzip: its lines are not counted"]);
    expect(isWhole(result)).toBe(false);
  });

  test("a second row in the table is no duplicate as long as the view has one", () => {
    expect(report(({ observations }) => ({ warehouse: { ...observations.warehouse, rows: 6 } }))).toMatchObject({
      duplicated: 0,
      problems: [],
      warehouse: { rows: 6, distinct: 4 },
    });
  });

  test("an event in a stream it does not belong to is a problem", () => {
    const result = report(() => ({ routes: new Map([["app/clicks", sightingsOf("1", "2", "3", "4")]]) }));
    expect(result.problems.join()).toMatch(/received 1 events it should not have, e\.g\. \["s","4"\]/);
  });

  test("a wrong verdict on an event is a problem", () => {
    const result = report(({ observations }) => ({
      statuses: new Map([...observations.statuses, [JSON.stringify(["s", "4"]), "valid"]]),
    }));
    expect(result.problems.join()).toMatch(/should be invalid, is valid/);
  });

  test("an event refused though well formed, or taken though broken, is a problem", () => {
    const run = wholeRun();
    const refused = [{ id: "6", fate: "valid", description: "search.click, unbroken" }] as const;
    run.ledger.add({ sent: 1, accepted: [], refused, failures: [] });
    accept(run.ledger, eventOf("7", "rejected"));
    const { problems } = reconcile(run.ledger, run.observations, ["app/clicks"], 1);
    expect(problems.join("\n")).toMatch(/refused by ingest though it should not be: 6 \(search\.click, unbroken\)/);
    expect(problems.join("\n")).toMatch(/taken by ingest though broken/);
  });
});
