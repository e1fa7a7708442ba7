import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "@jest/globals";

const logModule = JSON.stringify(join(import.meta.dirname, "../../src/log.ts"));

/** The only thread that writes is busy while the lines are logged and the process ends. */
const program = `
import { pbkdf2 } from "node:crypto";
import { openLog } from ${logModule};
const { logger, close } = openLog("info", {});
pbkdf2("key", "salt", 20_000, 32, "sha512", () => undefined);
for (let line = 0; line < 5; line += 1) logger.info(String(line));
await close();
process.exit(0);
`;

test("all lines are written in their order before the process ends", () => {
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", program], {
    env: { ...process.env, UV_THREADPOOL_SIZE: "1" },
    encoding: "utf8",
  });
  const lines = output.trim().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(["0", "1", "2", "3", "4"]);
});
