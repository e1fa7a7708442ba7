/**
 * Nothing sensitive behind the raw stream: canaries go down every path of the synthesized stack, run for real, and are
 * looked for in everything it writes. Needs `pnpm synth` before.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { killPipelines, type Stack } from "../run-pipeline.ts";
import { type Evidence, type Place, runCanaries } from "./canary-run.ts";
import { CanarySearch } from "./canary-search.ts";
import { type CanaryPath, CanaryTraffic, controlLabel, ownAttributeLabel } from "./canary-traffic.ts";
import { changeBundle } from "./changed-bundle.ts";

const runTimeoutMs = 180_000;
const rawStream = /^(?:stream|partition key in) millrace-local-raw$/;
const deadLetter = /^object millrace-local-dead-letters-\d+\/aws\/lambda\//;

const traffic = new CanaryTraffic();
const search = new CanarySearch(traffic.canaries.all);
const bundles = mkdtempSync(join(tmpdir(), "millrace-bundles-"));

afterEach(killPipelines);
afterAll(() => rmSync(bundles, { recursive: true, force: true }));

/** Where each canary was found, by its label. */
function findIn(places: readonly Place[]): Record<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  for (const { name, bytes } of places) {
    for (const label of search.find(bytes)) found.set(label, (found.get(label) ?? new Set()).add(name));
  }
  return Object.fromEntries([...found].map(([label, names]) => [label, [...names].sort()]));
}

const findBehindRaw = ({ places }: Evidence) => findIn(places.filter(({ name }) => !rawStream.test(name)));

function editFunction(stack: Stack, name: string, variables: Record<string, string>): void {
  const settings = stack.resource["aws_lambda_function"]?.[name] as { environment: { variables: object } } | undefined;
  if (settings === undefined) throw new Error(`The stack has no function "${name}".`);
  settings.environment.variables = { ...settings.environment.variables, ...variables };
}

function giveUpAtOnce(stack: Stack): void {
  for (const mapping of Object.values(stack.resource["aws_lambda_event_source_mapping"] ?? {})) {
    Object.assign(mapping, { maximum_retry_attempts: 0, bisect_batch_on_function_error: false });
  }
}

const verdictsExpected = (paths: readonly CanaryPath[]) =>
  Object.fromEntries(
    paths.flatMap(({ name, fates }) =>
      fates.flatMap((fate, index) =>
        fate === "valid" || fate === "invalid" || fate === "unknown" ? [[`${name}/${index}`, fate]] : [],
      ),
    ),
  );

function badRowsExpected(paths: readonly CanaryPath[]): Record<string, number> {
  const kinds = paths.flatMap(({ fates }) => fates.flatMap((fate) => /^bad row (.*)$/.exec(fate)?.[1] ?? []));
  return Object.fromEntries([...new Set(kinds)].map((kind) => [kind, kinds.filter((each) => each === kind).length]));
}

/**
 * Findings where nothing leaks: the control, everywhere; and the part of its own event that ingest sends back to a
 * sender.
 */
const nothingButControls = {
  [controlLabel]: expect.arrayContaining([
    "stream millrace-local-enriched",
    expect.stringMatching(/^object millrace-local-lake-\d+\/enriched\//),
  ]),
  [ownAttributeLabel]: ["answers of ingest"],
};

describe("canaries on every path", () => {
  let evidence: Evidence;
  beforeAll(async () => {
    evidence = await runCanaries(traffic.paths);
  }, runTimeoutMs);

  test("take the paths they are meant for", () => {
    expect(Object.fromEntries(evidence.verdicts)).toEqual(verdictsExpected(traffic.paths));
    expect(evidence.badRows).toEqual(badRowsExpected(traffic.paths));
    for (const { name, fates, request } of traffic.paths) {
      if (request === undefined) continue;
      const isRefused = fates.every((fate) => fate === "refused");
      expect([name, (evidence.answers.get(name) ?? 0) >= 400]).toEqual([name, isRefused]);
    }
  });

  test("that were accepted all lie on the raw stream: they were sent, and the search finds them", () => {
    const accepted = traffic.paths.filter(({ fates }) => fates.some((fate) => fate !== "refused"));
    const sent = findIn(
      accepted.flatMap(({ name, request, stray }) => [
        { name, bytes: Buffer.from(request?.body ?? stray?.bytes ?? "") },
        { name, bytes: Buffer.from(stray?.partitionKey ?? "") },
      ]),
    );
    expect(Object.keys(sent).length).toBeGreaterThan(300);
    const onRaw = findIn(evidence.places.filter(({ name }) => rawStream.test(name)));
    expect(Object.keys(sent).filter((label) => onRaw[label] === undefined)).toEqual([]);
    // Values that only headers carry.
    for (const label of ["user agent: token", "referer: session", "X-Forwarded-For: IPv6"]) {
      expect(onRaw).toHaveProperty([label]);
    }
  });

  test("are found nowhere else: no stream, key, object, table, view, log, metric, page or answer has one", () => {
    expect(findBehindRaw(evidence)).toEqual(nothingButControls);
  });

  test("were looked for everywhere", () => {
    const kinds = new Set(evidence.places.map(({ name }) => name.replace(/-\d{12}\/|\/date=.*$/g, "")));
    expect([...kinds]).toEqual(
      expect.arrayContaining([
        ...["stream millrace-local-enriched", "stream millrace-local-bad-rows", "stream millrace-local-fraud"],
        ...["partition key in millrace-local-enriched", "partition key in millrace-local-bad-rows"],
        ...["warehouse main.EVENTS", "warehouse main.BAD_ROWS", "warehouse main.COMMERCE_PURCHASE_1"],
        ...["log millrace-local-enrichment.log", "log millrace-local-router.log", "log ingest.log", "log pipeline.log"],
        ...["page /metrics", "page /hops", "output of the pipeline"],
        ...["console api/pipeline", "console api/events?limit=500", "console api/quality"],
      ]),
    );
  });
});

describe("canaries while masking fails, and while the router cannot start", () => {
  let evidence: Evidence;
  beforeAll(async () => {
    evidence = await runCanaries(traffic.paths, (stack) => {
      // As if the contracts came from a later version, whose actions this one does not know.
      const later = ['"class":"user-id","action":"hmac"', '"class":"user-id","action":"hash"'] as const;
      changeBundle(stack, "enrichment", bundles, later);
      editFunction(stack, "router", { BAD_ROW_STREAM_NAME: "" });
      giveUpAtOnce(stack);
    });
  }, runTimeoutMs);

  test("leave as bad rows without a payload, each of them", () => {
    const withUserId = Object.keys(verdictsExpected(traffic.paths)).filter((id) => !evidence.verdicts.has(id));
    expect(withUserId.length).toBeGreaterThan(15);
    // The size of an enriched event is known only after it is masked.
    const { "too-large": tooLarge = 0, ...unreadable } = badRowsExpected(traffic.paths);
    expect(evidence.badRows).toEqual({ ...unreadable, "masking-failed": withUserId.length + tooLarge });
  });

  test("are found in none of the undelivered events, nor anywhere else", () => {
    const found = findBehindRaw(evidence);
    expect(found).toEqual(nothingButControls);
    expect(found[controlLabel]).toEqual(expect.arrayContaining([expect.stringMatching(deadLetter)]));
  });
});

describe("canaries while enrichment cannot start", () => {
  test(
    "lie in the dead letters of the raw stream, as whole records, and nowhere else",
    async () => {
      const key = traffic.canaries.secret("privacy key");
      const evidence = await runCanaries(traffic.paths, (stack) => {
        const version = stack.resource["aws_secretsmanager_secret_version"]?.["privacy_keys_version"];
        Object.assign(version ?? {}, { secret_string: JSON.stringify([{ id: "k", key }]) });
        // Each invocation waits for keys that can be used.
        Object.assign(stack.resource["aws_lambda_function"]?.["enrichment"] ?? {}, { timeout: 3 });
        giveUpAtOnce(stack);
      });
      expect(evidence.verdicts.size).toBe(0);
      const { [ownAttributeLabel]: _, ...found } = findBehindRaw(evidence);
      expect(Object.keys(found).length).toBeGreaterThan(200);
      expect(
        Object.values(found)
          .flat()
          .filter((place) => !deadLetter.test(place)),
      ).toEqual([]);
    },
    runTimeoutMs,
  );
});

describe("without one annotation", () => {
  test(
    "the value it was for is found in the stream, the lake, the warehouse and at the destination",
    async () => {
      const [purchase] = traffic.paths;
      if (purchase === undefined) throw new Error("There is no path.");
      const evidence = await runCanaries([purchase], (stack) => {
        const gone = ['"rule":{"class":"name","action":"mask"}', '"rule":{"class":"name","action":"scan"}'] as const;
        changeBundle(stack, "enrichment", bundles, gone);
      });
      expect(findBehindRaw(evidence)).toEqual({
        "purchase: customer.name": expect.arrayContaining([
          "stream millrace-local-enriched",
          "stream millrace-local-fraud",
          expect.stringMatching(/^object millrace-local-lake-\d+\/enriched\//),
          "warehouse main.COMMERCE_PURCHASE_1",
        ]),
      });
    },
    runTimeoutMs,
  );
});
