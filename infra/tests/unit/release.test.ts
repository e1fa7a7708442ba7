import { beforeEach, describe, expect, test } from "@jest/globals";
import { Aliases } from "../../src/deploy/aliases.ts";
import { type Clock, release } from "../../src/deploy/release.ts";
import { rollBack } from "../../src/deploy/rollback.ts";
import { ReleaseError } from "../../src/errors.ts";
import { AwsCommandLine } from "../../src/programs/aws-command-line.ts";
import type { RunProgram } from "../../src/programs/run-program.ts";

interface FakeAlias {
  version: string;
  weights: Record<string, number>;
  description: string;
  revision: number;
}

/** Lambda and CloudWatch behind the `aws` program, as far as releases use them. */
class Account {
  readonly aliases = new Map<string, FakeAlias>();
  readonly versions = new Map<string, string[]>();
  /** Alarms that fire, by the time they begin and end. */
  readonly alarms: { name: string; from: number; to: number }[] = [];
  readonly calls: string[] = [];
  now = Date.parse("2026-11-28T10:00:00Z");
  failLooks = false;
  failReturnOf = "";

  add(name: string, published: readonly string[], live: string): void {
    this.versions.set(name, [...published]);
    this.aliases.set(name, { version: live, weights: {}, description: "", revision: 1 });
  }

  readonly run: RunProgram = async (program, args) => {
    expect(program).toBe("aws");
    const option = (name: string): string => args[args.indexOf(name) + 1] ?? "";
    const [service = "", command = ""] = args;
    this.calls.push(`${service} ${command}`);
    const ok = (answer: object) => ({ exitCode: 0, stdout: JSON.stringify(answer), stderr: "" });
    const refused = (code: string) => ({
      exitCode: 254,
      stdout: "",
      stderr: `An error occurred (${code}) when calling the operation`,
    });
    if (command === "describe-alarms") {
      if (this.failLooks) return refused("Throttling");
      expect(args).toContain("ALARM");
      const firing = this.alarms.filter(({ from, to }) => from <= this.now && this.now < to);
      return ok({ MetricAlarms: firing.map(({ name }) => ({ AlarmName: name, StateValue: "ALARM" })) });
    }
    const name = option("--function-name");
    const alias = this.aliases.get(name);
    if (alias === undefined) return refused("ResourceNotFoundException");
    if (command === "list-versions-by-function") {
      return ok({ Versions: ["$LATEST", ...(this.versions.get(name) ?? [])].map((Version) => ({ Version })) });
    }
    if (command === "update-alias") {
      if (name === this.failReturnOf && option("--description").startsWith("Back")) return refused("Throttling");
      if (option("--revision-id") !== String(alias.revision)) return refused("PreconditionFailedException");
      alias.version = option("--function-version");
      alias.weights = JSON.parse(option("--routing-config")).AdditionalVersionWeights;
      alias.description = option("--description");
      alias.revision += 1;
    }
    return ok({
      FunctionVersion: alias.version,
      RoutingConfig: { AdditionalVersionWeights: alias.weights },
      Description: alias.description,
      RevisionId: String(alias.revision),
    });
  };

  get running(): Record<string, string> {
    return Object.fromEntries(
      [...this.aliases].map(([name, { version, weights }]) => [name, [version, ...Object.keys(weights)].join("+")]),
    );
  }
}

let account: Account;
let lines: string[];
let interrupt: AbortController;
const tell = (line: string) => lines.push(line);

beforeEach(() => {
  account = new Account();
  account.add("router", ["1", "2", "3"], "2");
  account.add("enrichment", ["1", "2", "3"], "2");
  lines = [];
  interrupt = new AbortController();
});

/** Time passes only while somebody waits for it. */
const now = (): number => account.now;
const clock: Clock = {
  now,
  wait: async (milliseconds) => {
    account.now += milliseconds;
  },
};

const aliases = () => new Aliases(new AwsCommandLine(account.run, "eu-west-1"));

const run = (published = "3", options: { again?: boolean; atOnce?: boolean } = {}) =>
  release({
    environment: "prod",
    functions: ["router", "enrichment"].map((name) => ({ name, alias: "live", published_version: published })),
    canary: options.atOnce === true ? undefined : { share: 10, watchSeconds: 900 },
    alarmPrefix: "millrace-prod-",
    again: options.again ?? false,
    aliases: aliases(),
    clock,
    signal: interrupt.signal,
    tell,
  });

const back = (reason = "wrong totals") =>
  rollBack({
    functionNames: ["enrichment", "router"],
    alias: "live",
    aliases: aliases(),
    reason,
    now,
    tell,
  });

describe("a release", () => {
  test("gives the new versions their share, watches, and then gives them everything", async () => {
    const start = account.now;
    await run();
    expect(account.running).toEqual({ router: "3", enrichment: "3" });
    expect(account.now - start).toBe(900_000);
    expect(lines).toContain("router: version 3 gets 10 % of the invocations, version 2 the rest");
    expect(lines).toContain("enrichment: version 3 runs (before: 2)");
  });

  test("takes every function back when an alarm begins to fire, and says which", async () => {
    account.alarms.push({ name: "millrace-prod-router-errors", from: account.now + 300_000, to: Infinity });
    await expect(run()).rejects.toThrow(ReleaseError);
    expect(account.running).toEqual({ router: "2", enrichment: "2" });
    expect(lines).toContain("enrichment: version 3 was taken back, version 2 runs alone");
    expect(account.aliases.get("router")?.description).toBe(
      "Back from version 3 since 2026-11-28T10:05:00.000Z: alarm millrace-prod-router-errors",
    );
  });

  test("does not count an alarm that fired before, until it has stopped once", async () => {
    const start = account.now;
    account.alarms.push({ name: "millrace-prod-raw-silence", from: 0, to: Infinity });
    await run();
    expect(account.running).toEqual({ router: "3", enrichment: "3" });
    expect(lines[0]).toBe("Firing already, so not counted until they stop: millrace-prod-raw-silence");

    account.add("router", ["2", "3"], "2");
    account.now = start;
    account.alarms[0] = { name: "millrace-prod-raw-silence", from: 0, to: start + 60_000 };
    account.alarms.push({ name: "millrace-prod-raw-silence", from: start + 120_000, to: Infinity });
    await expect(run()).rejects.toThrow("alarm millrace-prod-raw-silence");
    expect(account.running["router"]).toBe("2");
  });

  test("takes the new versions back when it cannot see the alarms, or is interrupted", async () => {
    account.alarms.push({ name: "x", from: 0, to: 0 });
    const failing: Clock = {
      now,
      wait: async (milliseconds, signal) => {
        await clock.wait(milliseconds, signal);
        account.failLooks = true;
      },
    };
    await expect(
      release({
        environment: "prod",
        functions: [{ name: "router", alias: "live", published_version: "3" }],
        canary: { share: 10, watchSeconds: 900 },
        alarmPrefix: "millrace-prod-",
        again: false,
        aliases: aliases(),
        clock: failing,
        signal: interrupt.signal,
        tell,
      }),
    ).rejects.toThrow("Throttling");
    expect(account.running["router"]).toBe("2");
    account.failLooks = false;

    interrupt.abort();
    await expect(run("3", { again: true })).rejects.toThrow("the release was interrupted");
    expect(account.running).toEqual({ router: "2", enrichment: "2" });
  });

  test("takes back what it can when one function cannot be, and names the command for the other", async () => {
    account.alarms.push({ name: "millrace-prod-router-errors", from: account.now + 300_000, to: Infinity });
    account.failReturnOf = "router";
    await expect(run()).rejects.toThrow(/still have their share: router \(.*Run: rollback prod/s);
    expect(account.running).toEqual({ router: "2+3", enrichment: "2" });
  });

  test("gives everything at once where there is no canary", async () => {
    await run("3", { atOnce: true });
    expect(account.running).toEqual({ router: "3", enrichment: "3" });
    expect(account.calls).not.toContain("cloudwatch describe-alarms");
  });

  test("moves nothing when the versions run already", async () => {
    await run("2");
    expect(lines).toEqual(["router: version 2 runs already", "enrichment: version 2 runs already"]);
    expect(account.calls).not.toContain("lambda update-alias");
  });

  test("goes on with what another release left half done", async () => {
    const alias = account.aliases.get("router");
    if (alias !== undefined) alias.weights = { "3": 0.1 };
    await run();
    expect(account.running).toEqual({ router: "3", enrichment: "3" });
  });

  test("fails without a change when somebody else moves the alias meanwhile", async () => {
    const busy: RunProgram = async (program, args, options) => {
      const answer = await account.run(program, args, options);
      const alias = account.aliases.get("router");
      if (args[1] === "get-alias" && alias !== undefined) alias.revision += 1;
      return answer;
    };
    await expect(
      release({
        environment: "prod",
        functions: [{ name: "router", alias: "live", published_version: "3" }],
        canary: undefined,
        alarmPrefix: "millrace-prod-",
        again: false,
        aliases: new Aliases(new AwsCommandLine(busy, "eu-west-1")),
        clock,
        signal: interrupt.signal,
        tell,
      }),
    ).rejects.toThrow("PreconditionFailedException");
    expect(account.running["router"]).toBe("2");
  });
});

describe("a rollback", () => {
  test("brings back the version that ran before, and the next deployment of the same version leaves it there", async () => {
    await run();
    await back();
    expect(account.running).toEqual({ router: "2", enrichment: "2" });
    lines = [];
    await run();
    expect(account.running).toEqual({ router: "2", enrichment: "2" });
    expect(lines[0]).toMatch(
      /^router: stays at version 2\. Version 3 was taken back at .* \(wrong totals\); deploy a newer one/,
    );
    await run("3", { again: true });
    expect(account.running).toEqual({ router: "3", enrichment: "3" });
  });

  test("leaves a newer version to the next deployment", async () => {
    await run();
    await back();
    for (const versions of account.versions.values()) versions.push("4");
    await run("4");
    expect(account.running).toEqual({ router: "4", enrichment: "4" });
    await back();
    expect(account.running).toEqual({ router: "2", enrichment: "2" });
  });

  test("ends a canary", async () => {
    for (const alias of account.aliases.values()) alias.weights = { "3": 0.1 };
    await back();
    expect(account.running).toEqual({ router: "2", enrichment: "2" });
    expect(lines).toContain("router: version 2 runs, version 3 was taken back");
  });

  test("does not touch a function that the last release did not move", async () => {
    account.add("enrichment", ["1", "2", "3"], "3");
    await run();
    await back();
    expect(account.running).toEqual({ router: "2", enrichment: "3" });
    expect(lines).toContain("enrichment: was not part of the last move, so version 3 stays");
  });

  test("goes one step further each time, to the oldest version there is", async () => {
    await run();
    await back();
    await back();
    expect(account.running).toEqual({ router: "1", enrichment: "1" });
    await expect(back()).rejects.toThrow("No function has an earlier version");
    expect(lines.at(-1)).toBe("router: version 1 is the oldest there is, so it stays");
  });
});
