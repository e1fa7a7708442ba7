import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { unzipSync } from "fflate";
import { BundleTooLargeError, bundleFunction, BundlingFailedError } from "../../src/index.ts";

const root = mkdtempSync(join(tmpdir(), "lambda-bundle-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function createProject(
  name: string,
  source = 'import { greet } from "./greet.ts"; export const handler = () => greet("x");',
) {
  const folder = join(root, name);
  mkdirSync(join(folder, "src"), { recursive: true });
  writeFileSync(join(folder, "src/handler.ts"), source);
  writeFileSync(join(folder, "src/greet.ts"), "export const greet = (name: string): string => `hello ${name}`;");
  writeFileSync(join(folder, "country.mmdb"), "database");
  return {
    entryPoint: join(folder, "src/handler.ts"),
    outFile: join(folder, "dist/function.zip"),
    manifest: join(folder, "dist/function.json"),
    files: { "geo/country.mmdb": join(folder, "country.mmdb") },
  };
}

describe("bundleFunction", () => {
  test("writes byte-identical zips over runs and over folders", async () => {
    const here = createProject("here");
    const there = createProject("some/where/else");
    await bundleFunction(here);
    const first = readFileSync(here.outFile);
    await bundleFunction(here);
    await bundleFunction(there);
    expect(readFileSync(here.outFile).equals(first)).toBe(true);
    expect(readFileSync(there.outFile).equals(first)).toBe(true);
  });

  test("writes a manifest that describes the zip as Lambda will", async () => {
    const project = createProject("manifest");
    const { manifest } = await bundleFunction(project);
    const zip = readFileSync(project.outFile);
    expect(JSON.parse(readFileSync(project.manifest, "utf8"))).toEqual(manifest);
    expect(manifest).toEqual({
      file: "function.zip",
      handler: "index.handler",
      sha256Base64: createHash("sha256").update(zip).digest("base64"),
      bytes: zip.length,
      unzippedBytes: Object.values(unzipSync(zip)).reduce((sum, file) => sum + file.length, 0),
    });
  });

  test("puts a handler that runs and the further files into the zip", async () => {
    const project = createProject("runs");
    await bundleFunction(project);
    const files = unzipSync(readFileSync(project.outFile));
    expect(Object.keys(files)).toEqual(["geo/country.mmdb", "index.js"]);
    const unpacked = join(root, "runs/unpacked");
    mkdirSync(unpacked);
    writeFileSync(join(unpacked, "index.js"), files["index.js"]!);
    const loaded = createRequire(import.meta.url)(join(unpacked, "index.js")) as { handler: () => string };
    expect(loaded.handler()).toBe("hello x");
  });

  test("tells the bundle its version and its build, which is another one for other code and other files", async () => {
    const source = "declare const BUILD_VERSION: string; export const handler = () => BUILD_VERSION;";
    async function versionOf(project: ReturnType<typeof createProject>): Promise<string> {
      await bundleFunction({ ...project, version: "1.2.3" });
      const bundle = join(dirname(project.outFile), "index.js");
      writeFileSync(bundle, unzipSync(readFileSync(project.outFile))["index.js"]!);
      return (createRequire(import.meta.url)(bundle) as { handler: () => string }).handler();
    }
    const first = await versionOf(createProject("version", source));
    expect(first).toMatch(/^1\.2\.3\+[\da-f]{12}$/);
    expect(await versionOf(createProject("version-again", source))).toBe(first);
    expect(await versionOf(createProject("version-of-code", `${source} export const x = "x";`))).not.toBe(first);
    const project = createProject("version-of-files", source);
    writeFileSync(project.files["geo/country.mmdb"], "another database");
    expect(await versionOf(project)).not.toBe(first);
  });

  test("lets the handler find the further files, wherever it runs from", async () => {
    const project = createProject(
      "files",
      `import { readFileSync } from "node:fs"; import { join } from "node:path";
       export const handler = () => readFileSync(join(import.meta.dirname, "geo/country.mmdb"), "utf8");`,
    );
    await bundleFunction(project);
    const unpacked = join(root, "files/unpacked");
    mkdirSync(join(unpacked, "geo"), { recursive: true });
    for (const [path, bytes] of Object.entries(unzipSync(readFileSync(project.outFile)))) {
      writeFileSync(join(unpacked, path), bytes);
    }
    const loaded = createRequire(import.meta.url)(join(unpacked, "index.js")) as { handler: () => string };
    expect(loaded.handler()).toBe("database");
  });

  test("refuses what CommonJS has no answer for, instead of running without", async () => {
    const project = createProject("meta", "export const handler = () => import.meta.url;");
    const failure = await bundleFunction(project).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(BundlingFailedError);
    expect(String((failure as Error).cause)).toContain("import.meta");
  });

  test("gives the SDK the credentials of the environment, and no other way to find some", async () => {
    const project = createProject(
      "credentials",
      `import { defaultProvider } from "@aws-sdk/credential-provider-node"; export const handler = () => defaultProvider()();`,
    );
    const { metafile } = await bundleFunction(project);
    expect(Object.keys(metafile.inputs).filter((input) => input.includes("node_modules"))).toEqual([]);
    const unpacked = join(root, "credentials/index.js");
    writeFileSync(unpacked, unzipSync(readFileSync(project.outFile))["index.js"]!);
    const run = (environment: Record<string, string>) =>
      execFileSync(
        process.execPath,
        [
          "-e",
          `require(${JSON.stringify(unpacked)}).handler().then(JSON.stringify, (e) => e.message).then(console.log)`,
        ],
        { env: environment },
      ).toString();
    const keys = { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" };
    expect(run({ ...keys, AWS_SESSION_TOKEN: "c" })).toBe(
      '{"accessKeyId":"a","secretAccessKey":"b","sessionToken":"c"}\n',
    );
    expect(run(keys)).toBe('{"accessKeyId":"a","secretAccessKey":"b"}\n');
    expect(run({})).toContain("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are missing");
  });

  test("leaves out the SDK's files of settings, unless its whole chain is asked for", async () => {
    const source =
      'export { loadSharedConfigFiles as handler } from "./shared-ini-file-loader/loadSharedConfigFiles.js";';
    const project = createProject("settings", source);
    const loader = join(dirname(project.entryPoint), "shared-ini-file-loader");
    mkdirSync(loader);
    writeFileSync(join(loader, "constants.js"), 'export const CONFIG_PREFIX_SEPARATOR = ".";');
    writeFileSync(
      join(loader, "loadSharedConfigFiles.js"),
      'import { readFile } from "node:fs/promises"; export const loadSharedConfigFiles = () => readFile("config");',
    );
    const codeOf = async (options: Partial<Parameters<typeof bundleFunction>[0]>): Promise<string> => {
      await bundleFunction({ ...project, ...options });
      return new TextDecoder().decode(unzipSync(readFileSync(project.outFile))["index.js"]);
    };
    expect(await codeOf({})).not.toContain("fs/promises");
    expect(await codeOf({ credentials: "sdk-chain" })).toContain("fs/promises");
  });

  /** The packages of the SDK as far as they matter here. */
  function createSdk(folder: string): void {
    const files = {
      "node-http-handler/package.json": '{ "module": "index.js", "sideEffects": false }',
      "node-http-handler/index.js":
        'export { NodeHttpHandler } from "./node-http-handler"; export { NodeHttp2Handler } from "./node-http2-handler";',
      "node-http-handler/node-http-handler.js": 'export class NodeHttpHandler { speaks = "HTTP/1.1" }',
      "node-http-handler/node-http2-handler.js":
        'import http2 from "node:http2"; export class NodeHttp2Handler { speaks = typeof http2 }',
      "core/package.json": '{ "exports": { "./event-streams": "./event-streams.js" }, "sideEffects": false }',
      "core/event-streams.js": `export const resolveEventStreamSerdeConfig = () => "codec";
         export class EventStreamSerde { deserializeEventStream = () => "events" }`,
    };
    for (const [path, text] of Object.entries(files)) {
      const file = join(folder, "node_modules/@smithy", path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }

  test("leaves HTTP/2 and event streams out of the SDK, unless told otherwise", async () => {
    const project = createProject(
      "transports",
      `import { NodeHttp2Handler } from "@smithy/node-http-handler";
       import { EventStreamSerde, resolveEventStreamSerdeConfig } from "@smithy/core/event-streams";
       export const handler = () => [new NodeHttp2Handler().speaks, resolveEventStreamSerdeConfig("config")];
       export const read = () => new EventStreamSerde().deserializeEventStream();`,
    );
    createSdk(join(root, "transports"));
    const load = (file: string) => {
      const path = join(root, "transports", file);
      writeFileSync(path, unzipSync(readFileSync(project.outFile))["index.js"]!);
      const code = createRequire(import.meta.url)(path) as { handler: () => unknown; read: () => unknown };
      return { ...code, text: readFileSync(path, "utf8") };
    };
    await bundleFunction(project);
    const http1 = load("http1.js");
    expect(http1.handler()).toEqual(["HTTP/1.1", "config"]);
    expect(http1.read).toThrow("This bundle has no event streams");
    expect(http1.text).not.toContain("http2");

    await bundleFunction({ ...project, transports: "sdk" });
    const whole = load("whole.js");
    expect(whole.handler()).toEqual(["object", "codec"]);
    expect(whole.read()).toBe("events");
  });

  test("departs from its format when that is to be measured", async () => {
    const project = createProject("departures");
    await bundleFunction({ ...project, departures: { format: "esm", minify: false } });
    const code = Buffer.from(unzipSync(readFileSync(project.outFile))["index.mjs"]!).toString();
    expect(code).toContain("export {");
    await bundleFunction({ ...project, departures: { format: "esm" } });
    expect(unzipSync(readFileSync(project.outFile))["index.mjs"]!.length).toBeLessThan(code.length);
  });

  test("refuses a zip over its budget and writes nothing", async () => {
    const project = createProject("budget");
    await expect(bundleFunction({ ...project, maxZipBytes: 10 })).rejects.toThrow(BundleTooLargeError);
    expect(() => readFileSync(project.outFile)).toThrow("ENOENT");
  });

  test("names the entry point when the source does not compile, with esbuild's failure as cause", async () => {
    const project = createProject("broken", "export const handler = (;");
    const failure = await bundleFunction(project).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(BundlingFailedError);
    expect(failure).toMatchObject({ code: "BUNDLING_FAILED", message: expect.stringContaining(project.entryPoint) });
    expect(String((failure as Error).cause)).toContain("Unexpected");
  });
});
