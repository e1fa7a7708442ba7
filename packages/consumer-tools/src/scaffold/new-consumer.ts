import type { DeliveredStream } from "@millrace/route-tools";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { FixtureError, FolderInUseError } from "../errors.ts";
import { type LanguageName, languages } from "../languages.ts";
import { pascalCase } from "../types/pascal-case.ts";
import { renderTypes } from "../types/render-types.ts";

const templatesFolder = join(import.meta.dirname, "../../templates");
const templateEnding = ".tmpl";
/** The test of an event that fails wants one before it. */
const MIN_EVENTS = 2;

export interface NewConsumer {
  readonly delivered: DeliveredStream;
  readonly language: LanguageName;
  /** A folder that is not there yet, or empty. */
  readonly folder: string;
  /** NDJSON of delivered events. */
  readonly fixture: string;
}

/**
 * Writes a consumer with its types, its tests and the sample that they read.
 *
 * @returns the files, below the folder
 * @throws FolderInUseError, FixtureError
 */
export async function writeConsumer({ delivered, language, folder, fixture }: NewConsumer): Promise<string[]> {
  if (existsSync(folder) && (!statSync(folder).isDirectory() || readdirSync(folder).length > 0)) {
    throw new FolderInUseError(`${folder} is there already and not empty. Name another folder with --to.`);
  }
  checkFixture(fixture);
  const { types, fixture: fixturePath } = languages[language];
  const words: Readonly<Record<string, string>> = {
    stream: delivered.stream,
    Record: `${pascalCase(delivered.stream)}Record`,
  };
  const files = new Map([
    ...readTemplates(join(templatesFolder, language), words),
    ...[...(await renderTypes(delivered, language))].map(([name, text]) => [join(types, name), text] as const),
    [fixturePath, fixture] as const,
  ]);
  for (const [name, text] of files) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return [...files.keys()].sort();
}

function readTemplates(folder: string, words: Readonly<Record<string, string>>): [name: string, text: string][] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(templateEnding))
    .map((name) => {
      const text = readFileSync(join(folder, name), "utf8");
      const filled = text.replaceAll(/\{\{(\w+)\}\}/g, (_, word: string) => {
        const value = words[word];
        if (value === undefined) throw new Error(`${name} asks for {{${word}}}, which no template has.`);
        return value;
      });
      return [name.slice(0, -templateEnding.length), filled];
    });
}

function checkFixture(fixture: string): void {
  const identities = new Set<string>();
  for (const [index, line] of fixture.trimEnd().split("\n").entries()) {
    const identity = identityOf(line);
    if (identity === undefined) {
      throw new FixtureError(`Line ${index + 1} of the sample is no delivered event: ${line.slice(0, 80)}`);
    }
    identities.add(identity);
  }
  if (identities.size < MIN_EVENTS) {
    throw new FixtureError(`The sample has ${identities.size} event; the tests want ${MIN_EVENTS} at least.`);
  }
}

function identityOf(line: string): string | undefined {
  try {
    const { event } = JSON.parse(line) as { event?: { source?: unknown; id?: unknown } };
    return typeof event?.source === "string" && typeof event.id === "string"
      ? JSON.stringify([event.source, event.id])
      : undefined;
  } catch {
    return undefined;
  }
}
