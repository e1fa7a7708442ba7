import { hash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import type { ServiceSettings } from "@millrace/topology";
import { RuntimeError } from "../errors.ts";
import { type ChildProgram, type ProgramEnd, startProgram } from "./child-program.ts";
import { repositoryRoot } from "./folders.ts";
import { startOnPort } from "./port.ts";
import { RestartPolicy } from "./restart-policy.ts";

export interface ServiceOptions {
  readonly service: ServiceSettings;
  /** 0 for any free one, which it keeps. */
  readonly port: number;
  /** Environment variables of every workload of the account: region, credentials, endpoint. */
  readonly accountEnvironment: Readonly<Record<string, string>>;
  readonly logPath: string;
  /** It ended by itself and is started again, or could not be. */
  readonly onNotice: (message: string) => void;
}

const START_DEADLINE_MS = 20_000;
const PROBE_INTERVAL_MS = 50;
/** Longer than the service's own limit for a drain. */
const STOP_DEADLINE_MS = 40_000;

/**
 * The event service as a child process, as its container would run it. Ended by anything but `stop`, it is started
 * again, as Kubernetes does, until it has ended too often.
 */
export class ServiceProcess {
  readonly url: string;
  /** Rejects when the service has ended too often to be started again. */
  readonly crashed: Promise<never>;
  #options: ServiceOptions;
  /** Of the program that runs. */
  #programHash: string;
  readonly #policy = new RestartPolicy();
  readonly #giveUp: (error: RuntimeError) => void;
  #program: ChildProgram;
  /** Under way while the service is down. */
  #restarting: Promise<void> | undefined;
  #isStopping = false;

  private constructor(options: ServiceOptions, program: ChildProgram) {
    this.#options = options;
    this.#program = program;
    this.#programHash = hashOf(options.service);
    this.url = urlOf(options);
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => undefined);
    this.crashed = promise;
    this.#giveUp = reject;
    void this.#watch(program);
  }

  /**
   * Starts the app that the Deployment's container is named after and waits until it is ready.
   * @throws RuntimeError when it is not built, ends early, or is not ready in time; the message names its log.
   */
  static async start(options: ServiceOptions): Promise<ServiceProcess> {
    return startOnPort(
      options.port,
      async (port) => new ServiceProcess({ ...options, port }, await startReady({ ...options, port })),
      isPortTaken,
    );
  }

  get pid(): number {
    return this.#program.pid;
  }

  get restarts(): number {
    return this.#policy.restarts;
  }

  /** Another program lies on the disk than the one that runs. */
  isOutdated(): boolean {
    return hashOf(this.#options.service) !== this.#programHash;
  }

  /**
   * Drains the running program and starts the new one on the same port. Requests that come in between are refused:
   * there is one process here, and not the several that a Deployment rolls through.
   *
   * @returns how long that took, in words
   */
  async replace(service: ServiceSettings): Promise<string> {
    const startedAt = Date.now();
    await this.stop();
    this.#isStopping = false;
    this.#options = { ...this.#options, service };
    this.#program = await startReady(this.#options);
    this.#programHash = hashOf(service);
    void this.#watch(this.#program);
    return `the event service, which answered nobody for ${Date.now() - startedAt} ms`;
  }

  /** SIGTERM, then waits for the drain. @throws RuntimeError when it ends with another code than 0, or not in time. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    if (this.#restarting !== undefined) {
      // Down: nothing is under way in it.
      await this.#restarting;
      return;
    }
    this.#program.kill("SIGTERM");
    const timer = setTimeout(() => this.#program.kill("SIGKILL"), STOP_DEADLINE_MS);
    const { code, description } = await this.#program.ended;
    clearTimeout(timer);
    if (code !== 0) throw new RuntimeError(`The event service did not drain: ${description}. ${this.#logHint()}`);
  }

  async #watch(program: ChildProgram): Promise<void> {
    const end = await program.ended;
    if (!this.#isStopping) this.#restarting = this.#restart(end);
  }

  async #restart(end: ProgramEnd): Promise<void> {
    const { onNotice } = this.#options;
    const delayMs = this.#policy.nextDelayMs(Date.now());
    if (delayMs === undefined) {
      this.#giveUp(new RuntimeError(`The event service keeps ending (${end.description}). ${this.#logHint()}`));
      return;
    }
    onNotice(`The event service ended (${end.description}); it starts again in ${delayMs} ms.`);
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (this.#hasStopped()) return;
    const program = await startReady(this.#options).catch((error: unknown) => error as Error);
    if (program instanceof Error) {
      await this.#restart({ code: null, description: program.message });
      return;
    }
    if (this.#hasStopped()) {
      program.kill("SIGKILL");
      return;
    }
    this.#program = program;
    this.#restarting = undefined;
    onNotice(`The event service runs again as process ${program.pid}.`);
    void this.#watch(program);
  }

  #hasStopped(): boolean {
    return this.#isStopping;
  }

  #logHint(): string {
    return `Its log: ${this.#options.logPath}`;
  }
}

/** True if the service itself reported that its port is taken. */
function isPortTaken(error: unknown): boolean {
  return error instanceof RuntimeError && error.message.includes("is taken by another process");
}

function urlOf({ port }: ServiceOptions): string {
  return `http://127.0.0.1:${port}`;
}

function programOf({ containerName }: ServiceSettings): string {
  return join(repositoryRoot, "apps", containerName, "dist", "main.js");
}

function hashOf(service: ServiceSettings): string {
  return hash("sha256", readFileSync(programOf(service)));
}

async function startReady(options: ServiceOptions): Promise<ChildProgram> {
  const { service, accountEnvironment, port, logPath } = options;
  const program = programOf(service);
  if (!existsSync(program)) {
    throw new RuntimeError(
      `Container "${service.containerName}" has no program at ${program}. Run "pnpm build" first.`,
    );
  }
  const environment = { ...accountEnvironment, ...service.environment, PORT: String(port) };
  const child = startProgram({ program, environment, logPath });
  const endedEarly = child.ended.then(({ description }) => {
    throw new RuntimeError(`The event service ended as it started (${description}). Its log: ${logPath}`);
  });
  endedEarly.catch(() => undefined);
  try {
    await Promise.race([waitUntilReady(urlOf(options), logPath), endedEarly]);
    return child;
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
}

async function waitUntilReady(url: string, logPath: string): Promise<void> {
  const deadline = Date.now() + START_DEADLINE_MS;
  while (!(await isReady(url))) {
    if (Date.now() > deadline)
      throw new RuntimeError(`The event service was not ready after ${START_DEADLINE_MS} ms. Its log: ${logPath}`);
    await new Promise((resolve) => setTimeout(resolve, PROBE_INTERVAL_MS));
  }
}

/**
 * True if the service is ready, false if it is not or does not listen. Not by `fetch`: loading it costs a start 50 ms
 * of CPU.
 */
function isReady(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = get(new URL("/readyz", url), { timeout: START_DEADLINE_MS }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    probe.on("timeout", () => probe.destroy());
    probe.on("error", () => resolve(false));
  });
}
