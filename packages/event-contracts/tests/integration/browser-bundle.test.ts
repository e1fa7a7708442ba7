import { createContext, runInContext } from "node:vm";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { buildSync } from "esbuild";

/** Globals that the core needs and a browser has, and nothing of Node. */
const browserGlobals = ["TextEncoder", "TextDecoder", "URL", "crypto", "Uint8Array", "Date"] as const;

function bundle(source: string): { text: string; inputs: string[] } {
  const { outputFiles, metafile } = buildSync({
    stdin: { contents: source, resolveDir: join(import.meta.dirname, "../../src"), loader: "ts" },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "iife",
    globalName: "bundle",
    platform: "browser",
    conditions: ["@millrace/source"],
  });
  return { text: outputFiles[0]?.text ?? "", inputs: Object.keys(metafile.inputs) };
}

function runInBrowser(text: string): Record<string, unknown> {
  const context = createContext(Object.fromEntries(browserGlobals.map((name) => [name, globalThis[name]])));
  return runInContext(`${text}\n;bundle`, context) as Record<string, unknown>;
}

const program = `
  import { createDeduplicator, createEvent, decodeEnrichedRecord, decodeRecord, encodeRecord, eventIdentity, partitionKeyOf } from "./index.ts";
  const data = { context: { pageUrl: "https://shop.example/", sessionId: "s", visitorId: "v" } };
  const event = createEvent("page.view", { source: "https://shop.example/web", subject: "v", data });
  const [line] = decodeRecord(encodeRecord([event]));
  export const isSame = line.ok && line.value.id === event.id;
  export const key = partitionKeyOf(event);
  export const identity = eventIdentity(event) === JSON.stringify([event.source, event.id]);
  export const duplicates = createDeduplicator().unseen([{ event }, { event }]).length;
  export const broken = decodeEnrichedRecord(new Uint8Array([255]))[0].error.code;
`;

describe("the core in a browser", () => {
  test("bundles without a Node module, without Ajv and zod, and runs", () => {
    const { text, inputs } = bundle(program);
    expect(inputs.filter((file) => /zod|ajv|node:/.test(file))).toEqual([]);
    expect(runInBrowser(text)).toMatchObject({
      isSame: true,
      key: "v",
      identity: true,
      duplicates: 1,
      broken: "invalid-utf8",
    });
    // A ratchet: 8.2 kB at the time of writing.
    expect(text.length).toBeLessThan(8_600);
  });

  test("takes the validators along when asked to, still without Ajv's compiler", () => {
    const { text, inputs } = bundle(`
      import { createEvent } from "./index.ts";
      import { contracts } from "./validators.ts";
      export function create(rank) {
        const context = { pageUrl: "https://shop.example/", sessionId: "s", visitorId: "v" };
        const data = { context, queryId: "q", query: "shoes", productId: "p", rank };
        try { return createEvent("search.click", { source: "https://shop.example/web", data }, { contracts }).type; }
        catch (error) { return error.message; }
      }
    `);
    expect(inputs.filter((file) => /zod|ajv\/dist\/(compile|core|vocabularies)/.test(file))).toEqual([]);
    const create = runInBrowser(text)["create"] as (rank: unknown) => string;
    expect(create(1)).toBe("search.click");
    expect(create(0)).toContain("/data/rank must be >= 1");
    // A ratchet: 16 contracts, seven of them in two versions, are 96 kB, 14 kB with gzip.
    expect(text.length).toBeLessThan(100_000);
  });
});
