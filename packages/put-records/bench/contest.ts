import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import type { ContestantName, Ports } from "./contestants.ts";
import type { Lap, LapResult } from "./run-contestant.ts";
import type { StallResult } from "./stall.ts";
import { type ScenarioName, scenarios, STEADY_FROM, STEADY_TO } from "./workload.ts";

/** Their delays between attempts make a lap take minutes where records are throttled: they get a twentieth. */
const slow = new Set<ContestantName>(["naive", "lifion-kinesis"]);

/** A program of the benchmark in a process of its own. */
class Program {
  readonly #child: ChildProcess;

  constructor(file: string, args: readonly string[] = []) {
    this.#child = fork(join(import.meta.dirname, file), args, {
      execArgv: ["--conditions=@millrace/source", "--expose-gc", "--disable-warning=ExperimentalWarning"],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      env: { ...process.env, AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE: "1", AWS_EC2_METADATA_DISABLED: "true" },
    });
  }

  /** The next message of the program. */
  hear<T>(): Promise<T> {
    return new Promise((resolve, reject) => {
      const onExit = (code: number | null) =>
        reject(new Error(`${this.#child.spawnargs.join(" ")}: code ${code ?? "none"}`));
      this.#child.once("exit", onExit);
      this.#child.once("message", (message) => {
        this.#child.off("exit", onExit);
        resolve(message as T);
      });
    });
  }

  tell(message: Lap): void {
    this.#child.send(message);
  }

  end(): void {
    this.#child.disconnect();
    this.#child.kill();
  }
}

/** The figures of one lap. */
export interface LapFigures {
  /** Distinct records stored, a second. */
  readonly goodput: number;
  /** The same between the first tenth and the last fifth of the records. */
  readonly steady: number;
  /** Distinct records of the shards that are never hot, a second, until the last of them. */
  readonly healthy: number;
  /** Processor time of the client's process, in ms per 1,000 distinct records. */
  readonly cpu: number;
  readonly sentPerRecord: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly overtaken: number;
  readonly isCutOff: boolean;
}

/** The fake server and one process per contestant, and what their laps showed. */
export class Contest {
  readonly #records: number;
  readonly #server: Program;
  readonly #ports: Ports;
  readonly #programs = new Map<ContestantName, Program>();
  readonly #laps = new Map<string, LapFigures[]>();

  private constructor(server: Program, ports: Ports, records: number) {
    this.#server = server;
    this.#ports = ports;
    this.#records = records;
  }

  static async open(names: readonly ContestantName[], records: number): Promise<Contest> {
    const server = new Program("fake-server.ts");
    const contest = new Contest(server, await server.hear<Ports>(), records);
    for (const name of names) await contest.#program(name);
    return contest;
  }

  /** All laps of a contestant in a scenario, in the order of time. */
  laps(name: ContestantName, scenario: ScenarioName): readonly LapFigures[] {
    return this.#laps.get(`${name}/${scenario}`) ?? [];
  }

  async lap(name: ContestantName, scenario: ScenarioName): Promise<LapFigures> {
    const isFaulty = scenarios[scenario].throttle > 0;
    const records = isFaulty && slow.has(name) ? Math.ceil(this.#records / 20) : this.#records;
    const program = await this.#program(name);
    program.tell({ scenario, records });
    const result = await program.hear<LapResult>();
    const figures = figuresOf(result, records);
    this.#laps.set(`${name}/${scenario}`, [...this.laps(name, scenario), figures]);
    // Records that it still sends would count in the next lap.
    if (figures.isCutOff) this.#end(name);
    return figures;
  }

  stall(): Promise<StallResult> {
    return new Program("stall.ts").hear<StallResult>();
  }

  close(): void {
    for (const name of [...this.#programs.keys()]) this.#end(name);
    this.#server.end();
  }

  async #program(name: ContestantName): Promise<Program> {
    let program = this.#programs.get(name);
    if (program === undefined) {
      program = new Program("run-contestant.ts", [name, String(this.#ports.http1), String(this.#ports.http2)]);
      await program.hear<"ready">();
      this.#programs.set(name, program);
    }
    return program;
  }

  #end(name: ContestantName): void {
    this.#programs.get(name)?.end();
    this.#programs.delete(name);
  }
}

function figuresOf({ server, wallMs, cpuMs, isCutOff }: LapResult, records: number): LapFigures {
  const distinct = Math.max(1, server.distinct);
  return {
    goodput: (server.distinct / wallMs) * 1000,
    steady: server.steadyMs === 0 ? Number.NaN : ((records * (STEADY_TO - STEADY_FROM)) / server.steadyMs) * 1000,
    healthy: (server.healthyDistinct / Math.max(1, server.healthyMs)) * 1000,
    cpu: (cpuMs / distinct) * 1000,
    sentPerRecord: server.attempts / records,
    lost: records - server.distinct,
    duplicated: server.stored - server.distinct,
    overtaken: server.overtaken,
    isCutOff,
  };
}
