import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { unzipSync } from "fflate";
import { createDeterministicZip } from "../../src/index.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const sha256 = (data: Uint8Array) => createHash("sha256").update(data).digest("hex");

describe("createDeterministicZip", () => {
  test("gives the same bytes whatever the order of the entries", () => {
    const one = createDeterministicZip({ "index.js": bytes("a"), "geo/country.mmdb": bytes("b") });
    const other = createDeterministicZip({ "geo/country.mmdb": bytes("b"), "index.js": bytes("a") });
    expect(sha256(one)).toBe(sha256(other));
  });

  test("gives the same bytes in every time zone", () => {
    const script = `import { createDeterministicZip } from "./src/index.ts";
      process.stdout.write(Buffer.from(createDeterministicZip({ "index.js": Buffer.from("a") })).toString("hex"));`;
    const inZone = (zone: string) =>
      execFileSync(process.execPath, ["--input-type=module-typescript", "--eval", script], {
        cwd: `${import.meta.dirname}/../..`,
        env: { ...process.env, TZ: zone, NODE_OPTIONS: "--no-warnings" },
      }).toString();
    expect(inZone("Pacific/Kiritimati")).toBe(inZone("Pacific/Niue"));
  });

  test("changes its bytes when one byte of content changes", () => {
    expect(sha256(createDeterministicZip({ a: bytes("1") }))).not.toBe(
      sha256(createDeterministicZip({ a: bytes("2") })),
    );
  });

  test("unzips to what went in", () => {
    const entries = { "index.js": bytes("exports.handler = 1;"), "data/ä.json": bytes("{}") };
    const unzipped = unzipSync(createDeterministicZip(entries));
    expect(Object.keys(unzipped)).toEqual(["data/ä.json", "index.js"]);
    expect(Buffer.from(unzipped["index.js"]!).toString()).toBe("exports.handler = 1;");
  });

  test("gives every file permissions that Lambda's user can read", () => {
    const zip = Buffer.from(createDeterministicZip({ "index.js": bytes("a") }));
    const centralHeader = zip.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    expect(zip.readUInt32LE(centralHeader + 38) >>> 16).toBe(0o644);
    expect(zip.readUInt8(centralHeader + 5)).toBe(3);
  });
});
