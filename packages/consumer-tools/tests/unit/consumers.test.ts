/** `pnpm consumers` over the repository's own schemas and routes. */
import { afterAll, describe, expect, test } from "@jest/globals";
import { loadRegistry } from "@millrace/contract-tools/registry";
import { type EventCopy, revisionOf } from "@millrace/event-contracts";
import { describeStream, EventModel } from "@millrace/route-tools";
import { loadRouteDocuments } from "@millrace/routes";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ts from "typescript-api";
import { runCli } from "../../src/cli/run-cli.ts";
import { streamSchema } from "../../src/index.ts";
import { languageNames } from "../../src/languages.ts";

const fixture = join(import.meta.dirname, "../../fixtures/recommendations.ndjson");
const schemas = join(import.meta.dirname, "../../../../schemas");
const root = mkdtempSync(join(tmpdir(), "consumers-test-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const written = { out: "", err: "" };
  const code = await runCli(args, {
    out: (text) => void (written.out += `${text}\n`),
    err: (text) => void (written.err += `${text}\n`),
  });
  return { code, ...written };
}

test("the recorded sample holds the schema of its stream, as it is today", async () => {
  const { out } = await run("schema", "recommendations");
  const validate = addFormats.default(new Ajv2020({ strict: false })).compile(JSON.parse(out) as object);
  const lines = readFileSync(fixture, "utf8").trimEnd().split("\n");
  for (const line of lines) expect([validate(JSON.parse(line)), validate.errors]).toEqual([true, null]);
});

test("a folder that is not there is named, without a stack", async () => {
  const none = join(root, "none");
  expect(await run("schema", "recommendations", "--routes", none)).toMatchObject({
    code: 2,
    err: expect.stringContaining(none),
  });
});

test("a stream that has events without a contract says so, and its valid events apart", () => {
  const fraud = describeStream(
    "fraud",
    loadRouteDocuments(join(schemas, "routes")),
    new EventModel(loadRegistry(schemas)),
  );
  if (fraud === undefined) throw new Error("No route writes to fraud");
  const { anyOf, $defs: definitions } = streamSchema(fraud);
  expect(anyOf).toEqual([{ $ref: "#/$defs/valid-record" }, { $ref: "#/$defs/not-valid-record" }]);
  expect(Object.keys(definitions as object)).toContain("commerce-purchase-1-1-0-record");
});

describe("schema --language", () => {
  test.each([
    ["typescript", "events.ts", "export type RecommendationsRecord = CommerceCartChange100Record |"],
    ["python", "events.py", "class RecommendationsRecord:"],
    ["go", "events.go", "type SearchClickData struct"],
    ["java", "SearchClickData.java", "public class SearchClickData"],
  ])("%s has the record of the stream and the data of each event type", async (language, file, text) => {
    const out = join(root, `types-${language}`);
    expect(await run("schema", "recommendations", "--language", language, "--out", out)).toMatchObject({ code: 0 });
    expect(readFileSync(join(out, file), "utf8")).toContain(text);
  });

  test("types of many files want a folder", async () => {
    const { code, err } = await run("schema", "recommendations", "--language", "java");
    expect([code, err]).toEqual([2, expect.stringContaining("name a folder with --out")]);
  });
});

describe("new", () => {
  test.each(languageNames)(
    "%s: every placeholder is filled, types and sample lie in their places",
    async (language) => {
      const folder = join(root, `new-${language}`);
      const { code, out } = await run("new", "fraud", "--language", language, "--to", folder, "--fixture", fixture);
      expect(code).toBe(0);
      const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      for (const { parentPath, name } of files) {
        if (!name.endsWith(".ndjson")) expect(readFileSync(join(parentPath, name), "utf8")).not.toMatch(/\{\{\w+\}\}/);
        expect(out).toContain(name);
      }
      expect(files.filter(({ name }) => name === "fixture.ndjson")).toHaveLength(1);
    },
  );

  test("typescript passes its type check", async () => {
    const folder = join(root, "checked");
    await run("new", "recommendations", "--language", "typescript", "--to", folder, "--fixture", fixture);
    mkdirSync(join(folder, "node_modules/@types"), { recursive: true });
    symlinkSync(join(import.meta.dirname, "../../node_modules/@types/node"), join(folder, "node_modules/@types/node"));
    const { config } = ts.readConfigFile(join(folder, "tsconfig.json"), (path) => ts.sys.readFile(path));
    const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
    const faults = ts.getPreEmitDiagnostics(ts.createProgram(fileNames, options));
    expect(faults.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"))).toEqual([]);
  });

  test.each([
    ["an unknown stream", ["nothing", "--language", "go"], 'No route writes to "nothing". There are: fraud, '],
    [
      "an unknown language",
      ["fraud", "--language", "cobol"],
      "Option '--language <name>' argument 'cobol' is invalid. Allowed choices are typescript, python, java, go.",
    ],
    ["no language", ["fraud"], "one of typescript, python, java, go, got nothing"],
    ["no stream", ["--language", "go"], "Missing required argument 'stream'"],
    ["a sample that is not there", ["fraud", "--language", "go", "--fixture", join(root, "nowhere")], "cannot be read"],
  ])("%s is told", async (_, args, message) => {
    const { code, err } = await run(
      "new",
      ...args,
      ...(args.includes("--fixture") ? [] : ["--fixture", fixture]),
      "--to",
      join(root, "never"),
    );
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
    expect(existsSync(join(root, "never"))).toBe(false);
  });

  test.each([
    ["no events", "", "Line 1 of the sample is no delivered event"],
    ["raw lines", '{"id":"1"}\n', "Line 1 of the sample is no delivered event"],
    ["one event", '{"event":{"id":"1","source":"s"}}\n'.repeat(3), "The sample has 1 event; the tests want 2"],
  ])("a sample of %s is refused", async (name, text, message) => {
    const file = join(root, `${name}.ndjson`);
    writeFileSync(file, text);
    const { code, err } = await run("new", "fraud", "--language", "go", "--to", join(root, "never"), "--fixture", file);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });

  test("a consumer of a queue is refused, with what there is for one", async () => {
    const { code, err } = await run("new", "loyalty-points", "--language", "python");
    expect(code).toBe(2);
    expect(err).toContain('"loyalty-points" is a queue');
  });

  test("a folder that holds something is left alone", async () => {
    const { code, err } = await run("new", "fraud", "--language", "go", "--to", root, "--fixture", fixture);
    expect([code, err]).toEqual([2, expect.stringContaining("is there already and not empty")]);
  });
});

test("the revision of a typescript consumer is that of event-contracts, whatever stands in its parts", () => {
  const event = { source: "s", id: "1", receivedat: "2026-11-29T08:14:54.123Z" };
  const copies = [
    ...[undefined, null, 0, 7, "7", "007", "7.0", 1.5, -1, 2_147_483_647, 2_147_483_648, "x", true].map((revision) => ({
      event: { ...event, revision },
      validation: { status: "valid" },
    })),
    { event, validation: { status: "invalid" } },
    { event: { ...event, replayedat: "2026-11-30T00:00:00.000Z" } },
    { event: { source: "s", id: "1" } },
  ];
  const revision = readFileSync(join(import.meta.dirname, "../../templates/typescript/src/revision.ts.tmpl"), "utf8");
  const script = `${revision}\nfor (const copy of ${JSON.stringify(copies)}) console.log(revisionOf(copy));`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module-typescript", "--eval", script], {
    encoding: "utf8",
  });
  expect({ stderr, revisions: stdout.trimEnd().split("\n") }).toEqual({
    stderr: "",
    revisions: (JSON.parse(JSON.stringify(copies)) as EventCopy[]).map((copy) => revisionOf(copy)),
  });
});

test("the consumers that need no installation pass their own tests", async () => {
  const { code, out, err } = await run("test", "typescript", "python");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toMatch(/^typescript: its tests pass .*\npython: (its tests pass|not run, python3 not on the path)/);
});

test("a sample is taken from the run whose state folder is given", async () => {
  const state = join(root, "no-run");
  const { code, err } = await run("new", "fraud", "--language", "go", "--to", join(root, "never"), "--state", state);
  expect(code).toBe(2);
  expect(err).toContain(`No pipeline keeps its state in ${state}`);
});
