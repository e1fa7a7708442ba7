import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "@jest/globals";
import { buildSync } from "esbuild";

/** Bytes that a page may pay for it. */
const maxGzipBytes = 6_000;

test("the client of a page takes at most 6 kB with gzip, and brings nothing but itself", () => {
  const { outputFiles, metafile } = buildSync({
    entryPoints: [join(import.meta.dirname, "../../src/browser.ts")],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
  });
  const bytes = gzipSync(outputFiles[0]?.contents ?? "").length;
  process.stdout.write(`@millrace/client in a page: ${bytes} bytes with gzip\n`);
  expect(bytes).toBeGreaterThan(1_000);
  expect(bytes).toBeLessThanOrEqual(maxGzipBytes);
  expect(Object.keys(metafile.inputs).filter((file) => !/(^|\/)src\/[\w-]+\.ts$/.test(file))).toEqual([]);
});
