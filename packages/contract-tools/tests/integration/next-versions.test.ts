import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";

const run = promisify(execFile);
const repository = join(import.meta.dirname, "../../../..");

let copy: string;

/** A copy of what authors of contracts and enrichments edit, with the packages that are installed here. */
beforeEach(async () => {
  copy = mkdtempSync(join(tmpdir(), "next-version-"));
  const parts = ["schemas", "docs/contracts", "packages/event-contracts/src/generated"];
  for (const name of ["packages/contract-tools", "packages/enrichments", "apps/enrichment"]) {
    parts.push(`${name}/src`, `${name}/package.json`);
    linkDependencies(name);
  }
  parts.push("packages/enrichments/rules", "apps/enrichment/options");
  for (const part of parts) cpSync(join(repository, part), join(copy, part), { recursive: true });
  await git("init", "--quiet", "--initial-branch=main");
  await git("add", "schemas");
  await git("-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "--message=merged");
}, 60_000);
afterEach(() => rmSync(copy, { recursive: true, force: true }));

/** The packages that are installed here, but for the one whose copy is edited. */
function linkDependencies(name: string): void {
  const installed = join(repository, name, "node_modules");
  const folder = join(copy, name, "node_modules");
  mkdirSync(join(folder, "@millrace"), { recursive: true });
  for (const each of readdirSync(installed)) {
    if (each !== "@millrace") symlinkSync(join(installed, each), join(folder, each));
  }
  for (const each of readdirSync(join(installed, "@millrace"))) {
    const isCopied = each === "enrichments";
    const target = isCopied ? join(copy, "packages/enrichments") : join(installed, "@millrace", each);
    symlinkSync(target, join(folder, "@millrace", each));
  }
}

function git(...args: string[]): Promise<unknown> {
  return run("git", args, { cwd: copy });
}

async function node(...args: string[]): Promise<string> {
  const all = ["--conditions=@millrace/source", "--no-warnings", ...args];
  try {
    return (await run(process.execPath, all, { cwd: copy })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return `${stdout}${stderr}`;
  }
}

const schemas = (...args: string[]): Promise<string> => node("packages/contract-tools/src/cli/main.ts", ...args);

function edit(file: string, before: string, after: string): void {
  const text = readFileSync(join(copy, file), "utf8");
  expect(text).toContain(before);
  writeFileSync(join(copy, file), text.replace(before, after));
}

describe("pnpm schemas new, of what is authored in zod", () => {
  test("an enrichment comes with three files: its own, a line in the list, its place in the options", async () => {
    const stepped = await schemas("new", "envelope/enrichment");
    const enrichmentFile = /^written: (schemas\/envelope\/enrichment\/[0-9-]+[.]json)$/m.exec(stepped)?.[1] ?? "";
    // It refers to the enrichment's value in the code, so it follows.
    expect(stepped).toMatch(/^written: schemas\/envelope\/enriched-event\/[0-9-]+[.]json$/m);
    expect(await schemas("check", "--base", "main")).toMatch(/: 0 fault\(s\)\n$/);

    writeFileSync(
      join(copy, "packages/enrichments/src/weather.ts"),
      `import { createAddition } from "./addition.ts";
import { defineEnrichment } from "./definition.ts";

export const weather = defineEnrichment({
  name: "weather",
  options: {
    type: "object",
    required: ["celsius"],
    additionalProperties: false,
    properties: { celsius: { type: "number", description: "The one temperature." } },
  },
  result: {
    description: "The weather.",
    type: "object",
    required: ["celsius"],
    additionalProperties: false,
    properties: { celsius: { type: "number", description: "Outside, in °C." } },
  },
  create: ({ celsius }) => ({ enrich: () => createAddition("weather", { celsius }) }),
});
`,
    );
    edit(
      "packages/enrichments/src/definitions.ts",
      "export { bot }",
      'export { weather } from "./weather.ts";\nexport { bot }',
    );
    const entry = '{ "name": "weather", "options": { "celsius": 21 } }';
    edit("apps/enrichment/options/enrichments.json", '{ "name": "client" },', `{ "name": "client" }, ${entry},`);

    const rendered = await schemas("render");
    expect(rendered).toContain(`written: ${enrichmentFile}`);
    expect(rendered).toContain("written: apps/enrichment/options/enrichments.schema.json");
    expect(await schemas("check", "--base", "main")).toMatch(/: 0 fault\(s\)\n$/);
    const types = readFileSync(join(copy, "packages/event-contracts/src/generated/contract-types.ts"), "utf8");
    expect(types).toMatch(/weather\?: /);
    const schema = JSON.parse(readFileSync(join(copy, enrichmentFile), "utf8")) as {
      properties: Record<string, { required: string[] }>;
    };
    expect(schema.properties["weather"]?.required).toEqual(["celsius"]);

    writeFileSync(
      join(copy, "apps/enrichment/src/try.ts"),
      `import { defaultEnrichments } from "./default-enrichments.ts";
const weather = defaultEnrichments("dev", { readFile: () => new Uint8Array() }).find(({ name }) => name === "weather");
console.log(JSON.stringify(weather.enrich({}).value));
`,
    );
    expect(await node("apps/enrichment/src/try.ts")).toBe('{"celsius":21}\n');
  }, 120_000);

  test("a shared document takes the contracts along that the code puts it into, and leaves the others", async () => {
    const stepped = await schemas("new", "shared/context", "--step", "revision");
    for (const name of ["shared/context", "events/page/view", "events/search/click"]) {
      expect(stepped).toMatch(new RegExp(`^written: schemas/${name}/1-[0-9]+-0[.]json$`, "m"));
    }
    expect(stepped).toMatch(/^written: schemas\/examples\/page\/view\/1-[0-9]+-0\/valid\//m);
    expect(stepped).not.toContain("newsletter");
    expect(await schemas("check", "--base", "main")).toMatch(/: 0 fault\(s\)\n$/);
    expect(await schemas("render")).not.toMatch(/written: schemas/);
    // The kinds of documents are no domains of events.
    expect(await schemas("new", "shared/nothing")).toContain("There is no shared/nothing to be stepped.");
  }, 120_000);
});
