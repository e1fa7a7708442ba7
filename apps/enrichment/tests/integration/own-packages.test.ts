import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { unzipSync } from "fflate";
import { MaskingMemory } from "../../src/memory/masking-memory.ts";
import { MaskingLog } from "../../src/privacy/masking-log.ts";
import type { RunEnrichments } from "../../src/run-enrichments.ts";
import { createRawEvent } from "../raw-events.ts";

const app = join(import.meta.dirname, "../..");
let folder: string;

beforeAll(() => {
  mkdirSync(join(app, "dist"), { recursive: true });
  folder = mkdtempSync(join(app, "dist/own-packages-"));
  mkdirSync(join(folder, "options"));
  cpSync(join(app, "tests/fixtures/own-enrichment"), join(folder, "node_modules/@acme/daypart"), { recursive: true });
  writeFileSync(
    join(folder, "entry.ts"),
    `import { createEnrichments, resolveOptions } from "@millrace/enrichments";
import { ownPackages } from "./own-packages.js";
import { createEnrichmentRun } from "../../src/run-enrichments.ts";
import options from "./options/enrichments.json" with { type: "json" };
const readFile = () => new Uint8Array();
export const handler = createEnrichmentRun(createEnrichments(resolveOptions(options, "dev"), { readFile }, ownPackages));
`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The last line that the build printed: the names of all results, or its faults. */
function build(...entries: object[]): string {
  writeFileSync(join(folder, "options/enrichments.json"), JSON.stringify({ enrichments: entries }));
  const script = join(app, "tests/build-own-packages.ts");
  const args = ["--conditions=@millrace/source", "--no-warnings", script, folder];
  return execFileSync(process.execPath, args, { encoding: "utf8" }).trim();
}

const daypart = { name: "daypart", package: "@acme/daypart", export: "daypart", options: { noon: 12 } };

describe("an enrichment from a package of a team's own", () => {
  test("runs in the bundle, and whatever it does wrong is a note on an event that goes on", () => {
    expect(JSON.parse(build({ name: "clock" }, daypart))).toContain("daypart");
    const code = unzipSync(readFileSync(join(folder, "function.zip")))["index.js"];
    writeFileSync(join(folder, "bundle.cjs"), code ?? "");
    const { handler } = createRequire(import.meta.url)(join(folder, "bundle.cjs")) as { handler: RunEnrichments };
    const enrich = (subject: string) => {
      const event = createRawEvent({
        subject,
        time: "2026-11-20T14:00:00.000Z",
        receivedat: "2026-11-20T14:00:01.000Z",
      });
      const { members } = handler(
        event as Parameters<RunEnrichments>[0],
        "81.2.69.160",
        new MaskingLog(new MaskingMemory()),
      );
      expect(event["id"]).not.toBe("changed");
      const { clock, ...others } = JSON.parse(`{${members}}`) as Record<string, unknown>;
      expect(clock).toMatchObject({ basis: "client" });
      return others;
    };
    const note = (message: string) => ({ notes: [{ enrichment: "daypart", message }] });
    expect(enrich("v-1")).toEqual({ daypart: { part: "afternoon" } });
    expect(enrich("nothing")).toEqual({});
    expect(enrich("throws")).toEqual(note("Failed unexpectedly."));
    expect(enrich("promise")).toEqual(note("The enrichment gave no object."));
    expect(enrich("wrong")).toEqual(note("The enrichment's result does not follow its schema."));
    expect(enrich("long")).toEqual(note("The enrichment gave more than 16384 characters."));
  }, 60_000);

  test.each<[string, object, RegExp]>([
    [
      "that is not installed",
      { ...daypart, package: "@acme/none" },
      /#\/enrichments\/0\/package: @acme\/none cannot be/,
    ],
    ["without that export", { ...daypart, export: "none" }, /exports no enrichment as `none`: it is no object/],
    ["with an export of another shape", { name: "x", package: "@acme/daypart" }, /as `default`: it is no object/],
    ["named as one of the product", { ...daypart, name: "geo" }, /#\/enrichments\/0\/name: "geo" is an enrichment of/],
    ["with options that it does not take", { ...daypart, options: { noon: "12" } }, /options\/noon must be integer/],
    ["whose `create` gives nothing to run", { ...daypart, export: "broken" }, /gives no object with `enrich`/],
    ["with an annotation that nothing would obey", { ...daypart, export: "annotated" }, /`result` has `x-privacy`/],
  ])(
    "is refused by the build %s",
    (_, entry, fault) => {
      expect(build(entry)).toMatch(fault);
    },
    30_000,
  );
});
