import type { AwsAnswers } from "../programs/aws-answers.ts";
import type { AwsCommandLine } from "../programs/aws-command-line.ts";

/** An alias of a function, as it is now. */
export interface AliasState {
  readonly functionName: string;
  readonly alias: string;
  /** The version that runs. */
  readonly version: string;
  /** Another version that gets a share of the invocations, from 0 to 1. */
  readonly canary: { readonly version: string; readonly share: number } | undefined;
  /** Description written by the last move, see {@link describeRelease} and {@link describeReturn}. */
  readonly description: string;
  /** Lambda refuses a change that was decided on another revision than the one there is. */
  readonly revisionId: string;
}

/** The next state of an alias. */
export interface AliasMove {
  readonly version: string;
  readonly canary?: { readonly version: string; readonly share: number };
  readonly description: string;
}

/** Lambda's limit: https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html */
const DESCRIPTION_MAX_LENGTH = 256;

/** An alias as both its reading and its change answer it. */
function stateOf(functionName: string, alias: string, answer: AwsAnswers["lambda get-alias"]): AliasState {
  const [canary] = Object.entries(answer.RoutingConfig?.AdditionalVersionWeights ?? {});
  return {
    functionName,
    alias,
    version: answer.FunctionVersion,
    canary: canary === undefined ? undefined : { version: canary[0], share: canary[1] },
    description: answer.Description ?? "",
    revisionId: answer.RevisionId ?? "",
  };
}

/** The aliases of an account, through its command line. */
export class Aliases {
  readonly #aws: AwsCommandLine;

  constructor(aws: AwsCommandLine) {
    this.#aws = aws;
  }

  async read(functionName: string, alias: string): Promise<AliasState> {
    return stateOf(
      functionName,
      alias,
      await this.#aws.read("lambda get-alias", "--function-name", functionName, "--name", alias),
    );
  }

  async move({ functionName, alias, revisionId }: AliasState, to: AliasMove): Promise<AliasState> {
    const weights = to.canary === undefined ? {} : { [to.canary.version]: to.canary.share };
    const answer = await this.#aws.run([
      ...["lambda", "update-alias", "--function-name", functionName, "--name", alias],
      ...["--function-version", to.version],
      ...["--routing-config", JSON.stringify({ AdditionalVersionWeights: weights })],
      ...["--description", to.description.slice(0, DESCRIPTION_MAX_LENGTH)],
      ...(revisionId === "" ? [] : ["--revision-id", revisionId]),
    ]);
    return stateOf(functionName, alias, JSON.parse(answer) as AwsAnswers["lambda get-alias"]);
  }

  /** Published versions, in order. */
  async versions(functionName: string): Promise<readonly number[]> {
    const answer = await this.#aws.read("lambda list-versions-by-function", "--function-name", functionName);
    return answer.Versions.map(({ Version }) => Number(Version))
      .filter((version) => Number.isInteger(version))
      .toSorted((a, b) => a - b);
  }

  /** Names of the alarms that fire now. */
  async firing(prefix: string): Promise<ReadonlySet<string>> {
    const { MetricAlarms: alarms } = await this.#aws.read(
      "cloudwatch describe-alarms",
      ...["--alarm-name-prefix", prefix, "--state-value", "ALARM"],
    );
    // moto filters by the prefix only.
    return new Set(alarms.filter(({ StateValue }) => StateValue === "ALARM").map(({ AlarmName }) => AlarmName));
  }
}

const RELEASED = /^Version \d+ since (?<since>\S+); before it version (?<before>\d+)/;
const RETURNED = /^Back from version (?<from>\d+) since (?<since>\S+): (?<reason>.*)/s;

export const describeRelease = (version: string, before: string, time: string): string =>
  `Version ${version} since ${time}; before it version ${before}`;

export const describeReturn = (from: string, time: string, reason: string): string =>
  `Back from version ${from} since ${time}: ${reason}`;

/** The version that ran before the one that runs, if the last move was a release. */
export const versionBefore = ({ description }: AliasState): string | undefined =>
  RELEASED.exec(description)?.groups?.["before"];

/** When the alias moved last: functions that moved together have the same time. */
export const movedAt = ({ description }: AliasState): string | undefined =>
  (RELEASED.exec(description) ?? RETURNED.exec(description))?.groups?.["since"];

/** The version that was taken back last, if the last move was a return. */
export function takenBack({ description }: AliasState): { from: string; since: string; reason: string } | undefined {
  const { from, since, reason } = RETURNED.exec(description)?.groups ?? {};
  return from === undefined || since === undefined || reason === undefined ? undefined : { from, since, reason };
}
