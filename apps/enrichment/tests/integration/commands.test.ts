import { execFile, execFileSync } from "node:child_process";
import { Buffer } from "node:buffer";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { SecretsManager, startKinesisServer, startSecretsManagerServer } from "@millrace/aws-simulator";
import type { EnrichedEvent } from "@millrace/event-contracts";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { unzipSync } from "fflate";
import { enrichRecord } from "../../src/index.ts";
import { createStreams } from "../kinesis-harness.ts";
import { createContext, createRawEvent, key, origin, toRecord } from "../raw-events.ts";

const root = join(import.meta.dirname, "../..");
const node = (...parameters: string[]) => ["--conditions=@millrace/source", ...parameters];
const build = () => execFileSync(process.execPath, node("scripts/build.ts"), { cwd: root }).toString();
const readDist = (file: string) => readFileSync(join(root, "dist", file));

let first: Buffer;
beforeAll(() => {
  build();
  first = readDist("function.zip");
});

/** Unpacks the zip below the package, whose modules are no CommonJS. */
function unpack(): string {
  const folder = join(root, "dist/unpacked");
  for (const [name, bytes] of Object.entries(unzipSync(first))) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  writeFileSync(join(folder, "package.json"), "{}");
  return folder;
}

describe("the build", () => {
  test("gives the same zip again, within its budget", () => {
    build();
    expect(readDist("function.zip").equals(first)).toBe(true);
    const { maxZipBytes, maxIndexBytes } = JSON.parse(readFileSync(join(root, "size-budget.json"), "utf8")) as Record<
      string,
      number
    >;
    const files = unzipSync(first);
    expect(first.length).toBeLessThanOrEqual(maxZipBytes!);
    expect(files["index.js"]!.length).toBeLessThanOrEqual(maxIndexBytes!);
    // A ratchet: a change that makes the function smaller lowers the budget too.
    expect(first.length).toBeGreaterThan(maxZipBytes! * 0.95);
    expect(files["index.js"]!.length).toBeGreaterThan(maxIndexBytes! * 0.9);
  });

  test("bundles no Ajv compiler, no zod, no OpenTelemetry, no credential chain, no HTTP/2 and no event streams", () => {
    const code = Buffer.from(unzipSync(first)["index.js"]!).toString();
    for (const trace of [
      ...["strictSchema", "ZodError", "opentelemetry", "sso_session", "AssumeRoleWithWebIdentity"],
      ...["node:http2", "header name exceeds"],
    ]) {
      expect([trace, code.includes(trace)]).toEqual([trace, false]);
    }
  });

  test("makes a bundle that says what is missing in its environment", () => {
    const script = "try { require('./index.js') } catch (error) { console.log(error.code, error.message) }";
    const folder = unpack();
    const output = execFileSync(process.execPath, ["-e", script], { cwd: folder, env: {} }).toString();
    expect(output).toContain("ENRICHMENT_CONFIG");
    expect(output).toContain("PRIVACY_KEYS_SECRET_ARN is missing");
  });

  test("makes a bundle that starts without Web Crypto, and without zlib until a record is packed", () => {
    const script = `require("./index.js");
      console.log(process.moduleLoadList.filter((name) => /webcrypto|NativeModule zlib/.test(name)).length);
      process.exit(0);`;
    const env = {
      ...{ STAGE: "test", ENRICHED_STREAM_NAME: "enriched", BAD_ROW_STREAM_NAME: "bad-rows", AWS_REGION: "eu-west-1" },
      ...{ AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "key", PRIVACY_KEYS_SECRET_ARN: "keys" },
      AWS_ENDPOINT_URL_SECRETS_MANAGER: "http://127.0.0.1:1",
    };
    const folder = unpack();
    expect(execFileSync(process.execPath, ["-e", script], { cwd: folder, env }).toString()).toBe("0\n");
  });
});

test("the function as it is deployed enriches an event, with the database of its zip", async () => {
  const folder = mkdtempSync(join(tmpdir(), "function-"));
  for (const [path, bytes] of Object.entries(unzipSync(first))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  const streams = createStreams();
  const server = await startKinesisServer(streams.kinesis);
  const secrets = new SecretsManager();
  const text = JSON.stringify([{ id: key.id, key: Buffer.from(key.key).toString("base64") }]);
  const secretArn = secrets.createSecret({ name: "privacy-keys", text });
  const secretsServer = await startSecretsManagerServer(secrets);
  const script = `
    const event = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
    require(${JSON.stringify(join(folder, "index.js"))})
      .handler(event, { awsRequestId: "r-1", getRemainingTimeInMillis: () => 30_000 })
      .then((answer) => process.stdout.write(JSON.stringify(answer) + "\\n", () => process.exit()));
  `;
  try {
    const running = promisify(execFile)(process.execPath, ["-e", script], {
      env: {
        AWS_REGION: "us-east-1",
        AWS_ACCESS_KEY_ID: "a",
        AWS_SECRET_ACCESS_KEY: "b",
        AWS_ENDPOINT_URL_KINESIS: server.url,
        STAGE: "test",
        ENRICHED_STREAM_NAME: "enriched",
        BAD_ROW_STREAM_NAME: "bad-rows",
        AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsServer.url,
        PRIVACY_KEYS_SECRET_ARN: secretArn,
      },
    });
    const data = Buffer.concat([toRecord(createRawEvent()), Buffer.from("{oops\n")]);
    running.child.stdin?.end(JSON.stringify(streams.toEvent([{ partitionKey: "v-1", data }])));
    const lines = (await running).stdout.trimEnd().split("\n");

    const [enriched] = streams.read("enriched").map(({ text }) => JSON.parse(text) as EnrichedEvent);
    expect(enriched?.enrichment).toMatchObject({ geo: { country: "GB" }, userAgent: { os: { name: "iOS" } } });
    expect(enriched?.enrichment).not.toHaveProperty("notes");
    expect(streams.read("bad-rows")).toHaveLength(1);
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { level: "warn", service: "enrichment", stage: "test", requestId: "r-1", badRows: { "not-json": 1 } },
      { _aws: {}, eventsOut: 1, recordsPerCall: [1, 1], coldStart: 1 },
      { batchItemFailures: [] },
    ]);
  } finally {
    await server.close();
    await secretsServer.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

describe("`pnpm open-bad-rows`", () => {
  const { badRows } = enrichRecord(Buffer.from('{"half": "an event\n'), origin, createContext());
  const keysText = (bytes: Uint8Array) => JSON.stringify([{ id: key.id, key: Buffer.from(bytes).toString("base64") }]);
  const open = async (env: Record<string, string>) => {
    const running = promisify(execFile)(process.execPath, node("scripts/open-bad-rows.ts"), {
      cwd: root,
      env: { ...process.env, ...env },
    });
    running.child.stdin?.end(badRows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    return JSON.parse((await running).stdout) as unknown;
  };
  const opened = { isCut: false, payload: '{"half": "an event' };

  test("gives back the bytes of a bad row to whoever has the key", async () => {
    expect(await open({ PRIVACY_KEYS: keysText(key.key) })).toMatchObject(opened);
    await expect(open({ PRIVACY_KEYS: keysText(Buffer.alloc(32, 3)) })).rejects.toThrow();
  });

  test("gives them to whoever may read the secret", async () => {
    const secrets = new SecretsManager();
    const secretArn = secrets.createSecret({ name: "privacy-keys", text: keysText(key.key) });
    const server = await startSecretsManagerServer(secrets);
    try {
      const credentials = { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" };
      const endpoint = { AWS_ENDPOINT_URL_SECRETS_MANAGER: server.url };
      expect(await open({ ...credentials, ...endpoint, PRIVACY_KEYS_SECRET_ARN: secretArn })).toMatchObject(opened);
    } finally {
      await server.close();
    }
  });
});
