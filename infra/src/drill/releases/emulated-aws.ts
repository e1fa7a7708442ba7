import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { runProgram } from "../../programs/run-program.ts";

const REQUIREMENTS = join(import.meta.dirname, "requirements.txt");
const START_TIMEOUT_MS = 60_000;
const LOOK_EVERY_MS = 200;

/** Why the emulator cannot run here, or the folder of its programs. */
export type Installation = { readonly bin: string } | { readonly missing: string };

/** Installs moto and the AWS command line into a folder of the repository; a second call finds them there. */
export async function installEmulator(folder: string): Promise<Installation> {
  const wanted = readFileSync(REQUIREMENTS, "utf8");
  const marker = join(folder, "installed.txt");
  const bin = join(folder, "bin");
  if (existsSync(marker) && readFileSync(marker, "utf8") === wanted) return { bin };
  const venv = await runProgram("python3", ["-m", "venv", "--clear", folder]);
  if (venv.exitCode === undefined) return { missing: "there is no python3" };
  if (venv.exitCode !== 0) return { missing: `python3 -m venv failed: ${venv.stderr.trim()}` };
  const install = await runProgram(join(bin, "pip"), ["install", "--quiet", "--requirement", REQUIREMENTS]);
  if (install.exitCode !== 0) return { missing: `pip cannot install its packages: ${install.stderr.trim()}` };
  writeFileSync(marker, wanted);
  return { bin };
}

/** moto as a process, for one account. */
export class EmulatedAws {
  /** Environment of programs that are to talk to it instead of to AWS. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, environment: Readonly<Record<string, string>>) {
    this.#process = process;
    this.environment = environment;
  }

  static async start(bin: string, accountId: string): Promise<EmulatedAws> {
    const port = await freePort();
    const child = spawn(join(bin, "moto_server"), ["--host", "127.0.0.1", "--port", String(port)], {
      // A certificate is issued as soon as it is asked for.
      env: { ...process.env, MOTO_ACCOUNT_ID: accountId, MOTO_ACM_VALIDATION_WAIT: "0" },
      stdio: "ignore",
    });
    const url = `http://127.0.0.1:${port}`;
    const deadline = Date.now() + START_TIMEOUT_MS;
    for (;;) {
      const answers = await fetch(`${url}/moto-api/`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (answers) break;
      if (child.exitCode !== null || Date.now() > deadline) throw new Error(`moto_server did not start on ${url}.`);
      await wait(LOOK_EVERY_MS);
    }
    return new EmulatedAws(child, {
      PATH: [bin, process.env["PATH"] ?? ""].join(delimiter),
      AWS_ENDPOINT_URL: url,
      AWS_ACCESS_KEY_ID: "drill",
      AWS_SECRET_ACCESS_KEY: "drill",
      // Files that are not there: a profile of this machine must not decide where the drill goes.
      AWS_CONFIG_FILE: join(bin, "no-config"),
      AWS_SHARED_CREDENTIALS_FILE: join(bin, "no-credentials"),
      AWS_EC2_METADATA_DISABLED: "true",
    });
  }

  stop(): void {
    this.#process.kill();
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("There is no free port.");
  return address.port;
}
