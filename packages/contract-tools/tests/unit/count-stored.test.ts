import { expect, test } from "@jest/globals";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { runSchemas } from "../../src/cli/run-schemas.ts";

const example = { context: { pageUrl: "https://shop.example/", sessionId: "s-1", visitorId: "v-1" }, name: "example" };

const output = (printed: string[]) => ({
  out: (line: string) => void printed.push(line),
  err: (line: string) => void printed.push(line),
});

const stored = (id: string, status: string, event: object) =>
  `${JSON.stringify({ event: { specversion: "1.0", id, source: "s", ...event }, validation: { status } })}\n`;

test("of stored events, those are counted that the contracts find valid now", async () => {
  const folder = mkdtempSync(join(tmpdir(), "stored-"));
  const schema = "https://millrace.example/schemas/events/custom/event/1-0-0.json";
  const valid = { type: "custom.event", data: { name: "a", properties: {} } };
  const lines = [
    stored("1", "unknown", valid),
    stored("2", "invalid", { ...valid, dataschema: schema }),
    // Valid already, of another type, and still not valid.
    stored("3", "valid", valid),
    stored("4", "unknown", { type: "nobody.knows", data: example }),
    stored("5", "invalid", { type: "custom.event", data: { name: 1 } }),
    // Names a contract of another type, which does not apply.
    stored("6", "unknown", { ...valid, type: "search.click", dataschema: schema }),
  ];
  writeFileSync(join(folder, "a.json.gz"), gzipSync(lines.slice(0, 3).join("")));
  writeFileSync(join(folder, "b.json"), lines.slice(3).join(""));
  const printed: string[] = [];
  const code = await runSchemas(["stored", "--events", folder, "--json"], output(printed));
  rmSync(folder, { recursive: true });
  expect(code).toBe(0);
  expect(JSON.parse(printed.join("\n"))).toEqual([
    { type: "custom.event", unknown: 1, invalid: 2, unseen: 0, valid: 2, schema, sample: "1" },
    { type: "nobody.knows", unknown: 1, invalid: 0, unseen: 0, valid: 0 },
    { type: "search.click", unknown: 1, invalid: 0, unseen: 0, valid: 0 },
  ]);
});

test("without a pipeline the message says how to give events", async () => {
  const printed: string[] = [];
  expect(await runSchemas(["stored", "--state", "/nowhere"], output(printed))).toBe(2);
  expect(printed.join("\n")).toMatch(/No pipeline keeps its state in \/nowhere\. Start one with "pnpm start"/);
});
