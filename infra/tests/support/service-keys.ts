import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootstrap } from "../../src/bootstrap/bootstrap.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { emptyAccount, fakeRun } from "./fake-aws.ts";

let made: string | undefined;

/** Puts keys of an earlier run into the folder of a bootstrap: new RSA keys take half a second. */
export async function placeServiceKeys(folder: string): Promise<void> {
  made ??= await makeKeys();
  mkdirSync(join(folder, "private"), { recursive: true });
  cpSync(made, join(folder, "private"), { recursive: true });
}

/** Call it when the tests of a file are done. */
export function removeServiceKeys(): void {
  if (made !== undefined) rmSync(join(made, ".."), { recursive: true });
}

async function makeKeys(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "millrace-keys-"));
  const config = loadConfig("dev");
  const run = fakeRun(emptyAccount(config.aws.accountId));
  await bootstrap({ config, repository: "shop/millrace", folder, apply: false, run, print: () => undefined });
  return join(folder, "private");
}
