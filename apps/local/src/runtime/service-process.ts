import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, existsSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { RuntimeError } from "../errors.ts";
import type { ServiceSettings } from "@millrace/topology";
import { repositoryRoot } from "./folders.ts";

export interface ServiceOptions {
  readonly service: ServiceSettings;
  /** 0: any free one. */
  readonly port: number;
  /** What every workload of the account finds in its environment: region, credentials, endpoint. */
  readonly accountEnvironment: Readonly<Record<string, string>>;
  readonly logPath: string;
}

/** The event service as a child process, as its container would run it. */
export interface ServiceProcess {
  readonly url: string;
  readonly pid: number;
  /** SIGTERM, then waits for the drain. @throws RuntimeError when it ends with another code than 0. */
  stop(): Promise<void>;
  /** Rejects when the service ends without having been asked to. */
  readonly crashed: Promise<never>;
}

const startDeadlineMs = 20_000;
const probeIntervalMs = 50;

/**
 * Starts the app that the Deployment's container is named after and waits until it is ready.
 * @throws RuntimeError when it is not built, ends early, or is not ready in time; the message names its log.
 */
export async function startService(options: ServiceOptions): Promise<ServiceProcess> {
  const { service, logPath } = options;
  const port = options.port === 0 ? await findFreePort() : options.port;
  const program = join(repositoryRoot, "apps", service.containerName, "dist", "main.js");
  if (!existsSync(program)) {
    throw new RuntimeError(
      `Container "${service.containerName}" has no program at ${program}. Run "pnpm build" first.`,
    );
  }
  const log = createWriteStream(logPath);
  const child = spawn(process.execPath, [program], {
    env: { ...options.accountEnvironment, ...service.environment, PORT: String(port) },
    stdio: ["ignore", "pipe", "pipe"],
    // Ctrl-C reaches the whole foreground group; the service must end only when the pipeline drains it.
    detached: true,
  });
  // Nothing of the pipeline outlives it, however it ends.
  const killWithParent = (): void => void child.kill("SIGKILL");
  process.once("exit", killWithParent);
  child.once("exit", () => process.off("exit", killWithParent));
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  let isStopping = false;
  const crashed = ended.then((code) => {
    if (isStopping) return new Promise<never>(() => undefined);
    throw new RuntimeError(`The event service ended with code ${String(code)}. Its log: ${logPath}`);
  });
  crashed.catch(() => undefined);
  const url = `http://127.0.0.1:${port}`;
  await Promise.race([waitUntilReady(url, logPath), crashed]).catch((error: unknown) => {
    child.kill("SIGKILL");
    throw error;
  });
  return {
    url,
    pid: child.pid ?? 0,
    crashed,
    stop: async () => {
      isStopping = true;
      await stopChild(child, ended, logPath);
      log.end();
    },
  };
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

async function waitUntilReady(url: string, logPath: string): Promise<void> {
  const deadline = Date.now() + startDeadlineMs;
  for (;;) {
    try {
      const response = await fetch(new URL("/readyz", url));
      await response.body?.cancel();
      if (response.ok) return;
    } catch {
      // Not listening yet.
    }
    if (Date.now() > deadline)
      throw new RuntimeError(`The event service was not ready after ${startDeadlineMs} ms. Its log: ${logPath}`);
    await new Promise((resolve) => setTimeout(resolve, probeIntervalMs));
  }
}

async function stopChild(child: ChildProcess, ended: Promise<number | null>, logPath: string): Promise<void> {
  child.kill("SIGTERM");
  const code = await ended;
  if (code !== 0)
    throw new RuntimeError(`The event service did not drain: it ended with code ${String(code)}. Its log: ${logPath}`);
}
