import { createSignedRequest, type CredentialsProvider, type Environment } from "@millrace/aws-request";
import { destinationKinds, type KindName } from "../kinds.ts";
import type { Connections } from "../writer-of-kind.ts";
import { writers } from "../writers.ts";
import { type CallService, createCallService } from "./call-service.ts";

/** Signed calls of the services of kinds; each region's connections are made when it is first asked for. */
export function signedServices(environment: Environment, credentials?: CredentialsProvider): Pick<Connections, "call"> {
  const known = new Map<string, CallService>();
  const connect = (kind: KindName, region: string): CallService => {
    const { service: name, endpointVariable } = destinationKinds[kind];
    const { service } = writers[kind];
    if (service === undefined)
      throw new TypeError(`The kind ${kind} has a client of its own: it takes no signed calls.`);
    const send = createSignedRequest({ name, endpointVariable, region, isKeptAlive: true }, environment, credentials);
    return createCallService(send, service.target, service.version);
  };
  return {
    call(kind, region) {
      const key = `${kind} ${region}`;
      const call = known.get(key) ?? connect(kind, region);
      known.set(key, call);
      return call;
    },
  };
}
