import { createSignedRequest, type CredentialsProvider, type Environment } from "@millrace/aws-request";
import type { Connections } from "../destination-kind.ts";
import { type CallService, createCallService } from "./call-service.ts";

/** Signed calls of SQS and EventBridge; each region's connections are made when it is first asked for. */
export function signedServices(
  environment: Environment,
  credentials?: CredentialsProvider,
): Pick<Connections, "sqs" | "eventbridge"> {
  const connect = (name: string, endpointVariable: string, target: string, version: "1.0" | "1.1") =>
    oncePerRegion((region) =>
      createCallService(
        createSignedRequest({ name, endpointVariable, region, isKeptAlive: true }, environment, credentials),
        target,
        version,
      ),
    );
  return {
    sqs: connect("sqs", "SQS", "AmazonSQS", "1.0"),
    eventbridge: connect("events", "EVENTBRIDGE", "AWSEvents", "1.1"),
  };
}

function oncePerRegion(connect: (region: string) => CallService): (region: string) => CallService {
  const known = new Map<string, CallService>();
  return (region) => {
    const call = known.get(region) ?? connect(region);
    known.set(region, call);
    return call;
  };
}
