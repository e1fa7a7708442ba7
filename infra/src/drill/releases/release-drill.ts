import { join } from "node:path";
import { loadConfig } from "../../config/load-config.ts";
import type { EnvironmentName } from "../../config/schema.ts";
import { Aliases } from "../../deploy/aliases.ts";
import { type Clock, release } from "../../deploy/release.ts";
import { ReleaseError } from "../../errors.ts";
import { LIVE_ALIAS, physicalName, prefixOf } from "../../names.ts";
import type { AwsCommandLine } from "../../programs/aws-command-line.ts";
import type { ProgramResult } from "../../programs/run-program.ts";
import { readRunbookCommands } from "./runbook-commands.ts";

export interface ReleaseDrillOptions {
  readonly environment: EnvironmentName;
  /** The real command line, talking to an emulator. */
  readonly aws: AwsCommandLine;
  /** Root of the repository. */
  readonly root: string;
  /** Runs a command of this package as people do. */
  readonly command: (...args: readonly string[]) => Promise<ProgramResult>;
  readonly tell: (line: string) => void;
}

/** Deployed together, in the order in which they are released. */
const FUNCTIONS = ["router", "enrichment"] as const;

const CANARY = { share: 10, watchSeconds: 60 } as const;

/** A finding of the drill: what should have been, and what was. */
export class ReleaseDrillError extends Error {
  override readonly name = "ReleaseDrillError";
}

/**
 * Plays three deployments of both functions against an emulated Lambda and CloudWatch: a good version, one that an
 * alarm takes back, and one that people take back. Time is the drill's own; everything else is what runs in production.
 *
 * @throws ReleaseDrillError
 */
export async function drillReleases(options: ReleaseDrillOptions): Promise<void> {
  const { environment, aws, command, tell } = options;
  const names = FUNCTIONS.map((purpose) => physicalName(environment, purpose));
  const aliases = new Aliases(aws);
  const alarm = `${prefixOf(environment)}-router-errors`;
  await makeFunctions(options, names);
  await aws.run(["cloudwatch", "put-metric-alarm", "--alarm-name", alarm, ...ALARM]);
  await setAlarm(aws, alarm, "OK");

  const runs = async (expected: string, when: string): Promise<void> => {
    for (const name of names) {
      const { version, canary } = await aliases.read(name, LIVE_ALIAS);
      const found = canary === undefined ? version : `${version} with ${canary.version} beside it`;
      if (found !== expected)
        throw new ReleaseDrillError(`${when}: ${name} should run version ${expected}, runs ${found}.`);
    }
  };
  const releaseVersion = async (
    version: string,
    { onLook }: { onLook?: (secondsIn: number) => Promise<void> } = {},
  ) => {
    let now = Date.now();
    const start = now;
    const clock: Clock = {
      now: () => now,
      wait: async (milliseconds) => {
        now += milliseconds;
        await onLook?.((now - start) / 1000);
      },
    };
    await release({
      environment,
      functions: names.map((name) => ({ name, alias: LIVE_ALIAS, published_version: version })),
      canary: CANARY,
      alarmPrefix: `${prefixOf(environment)}-`,
      again: false,
      aliases,
      clock,
      signal: new AbortController().signal,
      tell: () => undefined,
    });
    return (now - start) / 1000;
  };

  await publish(options, names, "2");
  const watched = await releaseVersion("2", {
    onLook: (seconds) =>
      seconds === LOOK_ONCE ? runs("1 with 2 beside it", "while version 2 is tried out") : Promise.resolve(),
  });
  await runs("2", "after a good release");
  tell(`good version: ${CANARY.share} % for ${watched} s, then all; both functions run version 2`);

  await publish(options, names, "3");
  const refused = await releaseVersion("3", {
    onLook: (seconds) => (seconds === ALARM_AFTER ? setAlarm(aws, alarm, "ALARM") : Promise.resolve()),
  }).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (refused === undefined) throw new ReleaseDrillError(`The alarm ${alarm} took nothing back.`);
  if (!(refused instanceof ReleaseError)) {
    throw new ReleaseDrillError("A release failed for another reason than its alarm.", { cause: refused });
  }
  await runs("2", "after an alarm");
  tell(`bad version with an alarm after ${ALARM_AFTER} s: both functions are back at version 2, without a deployment`);
  await setAlarm(aws, alarm, "OK");
  await releaseVersion("3");
  await runs("2", "after another deployment of the version that was taken back");
  tell("deployed again: version 3 stays taken back");

  const runbooks = readRunbookCommands(options.root, environment);
  const rollbacks = runbooks.infra.filter(([script]) => script === "rollback");
  if (rollbacks.length === 0) throw new ReleaseDrillError("The runbooks name no rollback.");
  for (const [index, words] of rollbacks.entries()) {
    const version = String(4 + index);
    await publish(options, names, version);
    await releaseVersion(version);
    await runs(version, "after the repair");
    const rollback = await command(...words);
    if (rollback.exitCode !== 0) throw new ReleaseDrillError(`${words.join(" ")} failed: ${rollback.stderr}`);
    await runs("2", "after rollback");
    tell(`bad version that no alarm saw: ${words.join(" ")} brought both functions back to version 2`);
  }
  await breakForRunbooks(options);
  await setAlarm(aws, alarm, "ALARM");
  const printed = new Map<string, string>();
  for (const words of runbooks.aws) {
    const command = words.join(" ");
    printed.set(command, await aws.run(words));
    tell(`aws ${command}: answers`);
  }
  const shows = (command: string, text: string): void => {
    const [, found = ""] = [...printed].find(([ran]) => ran.startsWith(command)) ?? [];
    if (!found.includes(text)) throw new ReleaseDrillError(`aws ${command} does not show ${text}: ${found}`);
  };
  shows("lambda list-event-source-mappings", '"State": "Disabled"');
  shows("cloudwatch describe-alarms", alarm);
  shows("kinesis describe-stream-summary", '"OpenShardCount": 2');
  shows("firehose describe-delivery-stream", '"DeliveryStreamStatus": "ACTIVE"');
}

/** Makes what the runbooks look at: a mapping that is off, streams, a delivery, and the canary's log and schedule. */
async function breakForRunbooks({ aws, environment }: ReleaseDrillOptions): Promise<void> {
  const { accountId, region } = loadConfig(environment).aws;
  const stream = physicalName(environment, "raw");
  for (const name of [stream, physicalName(environment, "enriched")]) {
    await aws.run(["kinesis", "create-stream", "--stream-name", name, "--shard-count", "2"]);
  }
  const role = `arn:aws:iam::${accountId}:role/${physicalName(environment, "drill")}`;
  const canary = physicalName(environment, "canary");
  await aws.run(["logs", "create-log-group", "--log-group-name", `/aws/lambda/${canary}`]);
  await aws.run([
    ...["scheduler", "create-schedule", "--name", canary, "--schedule-expression", "rate(1 minute)"],
    ...["--flexible-time-window", "Mode=OFF"],
    ...["--target", `Arn=arn:aws:lambda:${region}:${accountId}:function:${canary},RoleArn=${role}`],
  ]);
  await aws.run([
    ...["firehose", "create-delivery-stream", "--delivery-stream-name", physicalName(environment, "enriched-to-lake")],
    ...["--extended-s3-destination-configuration", `RoleARN=${role},BucketARN=arn:aws:s3:::lake`],
  ]);
  await aws.run([
    ...["lambda", "create-event-source-mapping", "--no-enabled", "--starting-position", "LATEST"],
    ...["--function-name", `${physicalName(environment, "enrichment")}:${LIVE_ALIAS}`],
    ...["--event-source-arn", `arn:aws:kinesis:${region}:${accountId}:stream/${stream}`],
  ]);
}

/** The first look after the shares are given. */
const LOOK_ONCE = 15;
const ALARM_AFTER = 30;

const ALARM = [
  ...["--metric-name", "Errors", "--namespace", "AWS/Lambda", "--statistic", "Sum", "--period", "300"],
  ...["--evaluation-periods", "2", "--threshold", "0", "--comparison-operator", "GreaterThanThreshold"],
];

const setAlarm = async (aws: AwsCommandLine, name: string, state: "OK" | "ALARM"): Promise<void> => {
  await aws.run([
    ...["cloudwatch", "set-alarm-state", "--alarm-name", name, "--state-value", state, "--state-reason", "drill"],
  ]);
};

/** As Terraform makes them: version 1, and the alias that runs it. */
async function makeFunctions(options: ReleaseDrillOptions, names: readonly string[]): Promise<void> {
  const { aws, environment } = options;
  const role = physicalName(environment, "drill");
  await aws.run(["iam", "create-role", "--role-name", role, "--assume-role-policy-document", "{}"]);
  const { accountId } = loadConfig(environment).aws;
  for (const [index, name] of names.entries()) {
    await aws.run([
      ...[
        "lambda",
        "create-function",
        "--function-name",
        name,
        "--runtime",
        "nodejs22.x",
        "--handler",
        "index.handler",
      ],
      ...["--role", `arn:aws:iam::${accountId}:role/${role}`, "--zip-file", zipOf(options, index), "--publish"],
    ]);
    await aws.run([
      ...["lambda", "create-alias", "--function-name", name, "--name", LIVE_ALIAS, "--function-version", "1"],
    ]);
  }
}

/** Makes another version of each function. Its description is a change, as a setting of Terraform's is. */
async function publish(options: ReleaseDrillOptions, names: readonly string[], version: string): Promise<void> {
  for (const [index, name] of names.entries()) {
    await options.aws.run([
      ...["lambda", "update-function-configuration", "--function-name", name, "--description", `build ${version}`],
    ]);
    await options.aws.run([
      ...["lambda", "update-function-code", "--function-name", name, "--zip-file", zipOf(options, index), "--publish"],
    ]);
  }
}

const zipOf = ({ root }: ReleaseDrillOptions, index: number): string =>
  `fileb://${join(root, "apps", FUNCTIONS[index] ?? "", "dist/function.zip")}`;
