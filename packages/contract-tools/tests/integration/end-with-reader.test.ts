import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { expect, test } from "@jest/globals";

const source = pathToFileURL(join(import.meta.dirname, "../../src/cli/end-with-reader.ts")).href;

async function writeWithoutReader(before: string): Promise<{ faults: string; code: unknown }> {
  const program = spawn(process.execPath, ["--input-type=module", "--eval", `${before}; process.stdout.write("a")`]);
  program.stdout.destroy();
  const [faults, [code]] = await Promise.all([text(program.stderr), once(program, "close")]);
  return { faults, code };
}

test("a program whose reader has gone, as head does, ends without a fault", async () => {
  const quiet = writeWithoutReader(`import { endWithReader } from "${source}"; endWithReader()`);
  expect(await quiet).toEqual({ faults: "", code: 0 });
  expect(await writeWithoutReader("")).toMatchObject({ faults: expect.stringContaining("EPIPE") });
});
