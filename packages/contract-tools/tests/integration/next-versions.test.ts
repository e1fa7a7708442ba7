import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
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
  for (const name of ["packages/contract-tools", "apps/enrichment"]) {
    parts.push(`${name}/src`, `${name}/package.json`);
    mkdirSync(join(copy, name), { recursive: true });
    symlinkSync(join(repository, name, "node_modules"), join(copy, name, "node_modules"));
  }
  for (const part of parts) cpSync(join(repository, part), join(copy, part), { recursive: true });
  await git("init", "--quiet", "--initial-branch=main");
  await git("add", "schemas");
  await git("-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "--message=merged");
}, 60_000);
afterEach(() => rmSync(copy, { recursive: true, force: true }));

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
  test("an enrichment comes with a module, a property and one command, from start to end", async () => {
    const stepped = await schemas("new", "envelope/enrichment");
    expect(stepped).toContain("written: schemas/envelope/enrichment/1-0-1.json");
    // It refers to the enrichment's value in the code, so it follows.
    expect(stepped).toMatch(/^written: schemas\/envelope\/enriched-event\/[0-9-]+[.]json$/m);
    expect(await schemas("check", "--base", "main")).toMatch(/: 0 fault\(s\)\n$/);

    const property =
      '  weather: part({ celsius: z.number().describe("Outside, in °C.") }).optional().describe("The weather."),\n';
    edit(
      "packages/contract-tools/src/contracts/envelope/enrichment.ts",
      "  client: part({",
      `${property}  client: part({`,
    );
    const rendered = await schemas("render");
    expect(rendered).toContain("written: schemas/envelope/enrichment/1-0-1.json");
    expect(rendered).not.toContain("enrichment/1-0-0.json");
    expect(await schemas("check", "--base", "main")).toMatch(/: 0 fault\(s\)\n$/);
    const types = readFileSync(join(copy, "packages/event-contracts/src/generated/contract-types.ts"), "utf8");
    expect(types).toContain("export type NewestEnrichment = EnrichmentV1_0_1;");
    expect(types).toMatch(/weather\?: /);

    writeFileSync(
      join(copy, "apps/enrichment/src/enrichments/weather.ts"),
      `import { createAddition } from "./addition.ts";
import type { EnrichmentDefinition } from "./enrichment.ts";

export const weather: EnrichmentDefinition = {
  name: "weather",
  create: ({ celsius }) => ({ enrich: () => createAddition("weather", { celsius }) }),
};
`,
    );
    const definitions = "apps/enrichment/src/enrichments/definitions.ts";
    edit(definitions, "= [\n  client,", "= [\n  weather,\n  client,");
    edit(definitions, "import { bot }", 'import { weather } from "./weather.ts";\nimport { bot }');
    writeFileSync(
      join(copy, "apps/enrichment/src/try.ts"),
      `import { createEnrichments } from "./config/enrichment-options.ts";
const [weather] = createEnrichments([{ name: "weather", options: { celsius: 21 } }], { readFile: () => new Uint8Array() }, []);
const input = { event: {}, clientIp: undefined, resultOf: () => undefined };
console.log(JSON.stringify(weather.enrich(input).value));
`,
    );
    const added = await node("apps/enrichment/src/try.ts");
    const schema = JSON.parse(readFileSync(join(copy, "schemas/envelope/enrichment/1-0-1.json"), "utf8")) as {
      properties: Record<string, { required: string[] }>;
    };
    expect(Object.keys(JSON.parse(added) as object)).toEqual(schema.properties["weather"]?.required);
  }, 120_000);

  test("a shared document takes the contracts along that the code puts it into, and leaves the others", async () => {
    const stepped = await schemas("new", "shared/context", "--step", "revision");
    for (const file of ["shared/context/1-1-0", "events/page/view/1-1-0", "events/search/click/1-1-0"]) {
      expect(stepped).toContain(`written: schemas/${file}.json`);
    }
    expect(stepped).toContain("written: schemas/examples/page/view/1-1-0/valid/");
    expect(stepped).not.toContain("newsletter");
    expect(await schemas("check", "--base", "main")).toMatch(/: 0 fault\(s\)\n$/);
    expect(await schemas("render")).not.toMatch(/written: schemas/);
    // The kinds of documents are no domains of events.
    expect(await schemas("new", "shared/nothing")).toContain("There is no shared/nothing to be stepped.");
  }, 120_000);
});
