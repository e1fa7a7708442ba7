import { type CredentialsProvider, createSignedRequest } from "@millrace/aws-request";
import type { EnvironmentPlace } from "@millrace/routes";
import type { JobExecution } from "../environment.ts";
import { ReplayStoppedError } from "../errors.ts";
import { START_TIMEOUT_MS } from "../limits.ts";

/** The state machine of an environment's jobs; infra gives it this name. */
const jobName = ({ streamPrefix }: Pick<EnvironmentPlace, "streamPrefix">): string => `${streamPrefix}replay`;

/**
 * Starts the state machine of an environment.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
 */
export function startExecution(
  place: EnvironmentPlace,
  environment: Readonly<Record<string, string | undefined>>,
  credentials: CredentialsProvider,
): (execution: JobExecution) => Promise<void> {
  const { region, accountId, name: stage } = place;
  return async ({ name, ...input }) => {
    const service = { name: "states", endpointVariable: "SFN", region };
    const send = createSignedRequest(service, environment, credentials);
    const stateMachineArn = `arn:aws:states:${region}:${accountId}:stateMachine:${jobName(place)}`;
    const { status, body } = await send({
      method: "POST",
      path: "/",
      headers: {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": "AWSStepFunctions.StartExecution",
      },
      body: JSON.stringify({ stateMachineArn, name, input: JSON.stringify(input) }),
      signal: AbortSignal.timeout(START_TIMEOUT_MS),
    });
    if (status === 200) return;
    const answer = body.toString("utf8");
    const cure = answer.includes("StateMachineDoesNotExist")
      ? `Deploy it first: replayJob in infra/src/environments/${stage}.ts.`
      : "Run the same command again once that is mended.";
    throw new ReplayStoppedError(`Step Functions did not start ${stateMachineArn}: ${status} ${answer}. ${cure}`);
  };
}
