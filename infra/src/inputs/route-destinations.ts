import type { RouteDocument as FullRouteDocument } from "@millrace/routes";
import { ENVIRONMENTS } from "../config/environments.ts";
import type { EnvironmentName } from "../config/schema.ts";
import { RouteDestinationError } from "../errors.ts";

/** The part of a route document that infrastructure follows from. */
export interface RouteDocument extends Pick<FullRouteDocument, "application" | "owner" | "formerDestinations"> {
  readonly routes: readonly Pick<FullRouteDocument["routes"][number], "name" | "destination">[];
}

/** A stream that routes write to, or wrote to once. */
export interface RouteDestination {
  /** The stream's name without its prefix. */
  readonly stream: string;
  readonly application: string;
  readonly owner: string;
  /** `<application>/<route>`, in order; none for a former destination. */
  readonly routes: readonly string[];
  /** The stream of another account that takes its place in this environment. */
  readonly arn?: string;
}

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StreamDescription.html#Streams-Type-StreamDescription-StreamARN */
const streamArn = /^arn:aws:kinesis:(?<region>[a-z0-9-]+):(?<accountId>\d{12}):stream\/[\w.-]{1,128}$/;

/** Account and region of a stream's ARN; undefined when it is none. */
export function parseStreamArn(arn: string): { region: string; accountId: string } | undefined {
  const { region, accountId } = streamArn.exec(arn)?.groups ?? {};
  return region === undefined || accountId === undefined ? undefined : { region, accountId };
}

/**
 * The streams that the documents ask for in an environment, each once, in order of name: those of their routes, and former
 * ones of ours that are not retired. The documents have been parsed by `@millrace/routes`; here it is about what an
 * environment cannot build.
 *
 * @throws RouteDestinationError with all faults at once: a stream that two applications claim, routes of one stream that
 *   disagree about its account, an ARN that is none or for no environment.
 */
export function routeDestinations(
  documents: readonly RouteDocument[],
  environment: EnvironmentName,
): readonly RouteDestination[] {
  const faults: string[] = [];
  const found = new Map<string, RouteDestination>();
  for (const { application, owner, routes } of documents) {
    for (const { name, destination } of routes) {
      const { stream } = destination;
      const arn = destination.arn?.[environment];
      const where = `schemas/routes/${application}.json, route ${name}: stream ${JSON.stringify(stream)}`;
      const known = found.get(stream);
      for (const named of Object.keys(destination.arn ?? {})) {
        if (ENVIRONMENTS.includes(named)) continue;
        faults.push(`${where}: destination.arn.${named} names no environment; there are ${ENVIRONMENTS.join(", ")}`);
      }
      if (arn !== undefined && parseStreamArn(arn) === undefined) {
        faults.push(
          `${where}: Expected destination.arn.${environment} to be the ARN of a stream, got ${JSON.stringify(arn)}`,
        );
      }
      if (known !== undefined && known.application !== application) {
        faults.push(`${where} belongs to application ${known.application} already`);
      }
      if (known !== undefined && known.arn !== arn) {
        faults.push(`${where} is ${known.arn ?? "ours"} for ${known.routes.join(", ")} and ${arn ?? "ours"} here`);
      }
      found.set(stream, {
        stream,
        application,
        owner,
        routes: [...(known?.routes ?? []), `${application}/${name}`].toSorted(),
        ...(arn === undefined ? {} : { arn }),
      });
    }
  }
  if (faults.length > 0) {
    throw new RouteDestinationError(
      `The route documents have ${faults.length} fault(s):\n  - ${faults.join("\n  - ")}`,
    );
  }
  for (const { application, owner, stream } of formerDestinations(documents, environment, { retire: false })) {
    if (!found.has(stream)) found.set(stream, { stream, application, owner, routes: [] });
  }
  return [...found.values()].toSorted((a, b) => (a.stream < b.stream ? -1 : 1));
}

/** Names of the streams of ours that a deployment of the environment may delete. */
export function retiredStreams(documents: readonly RouteDocument[], environment: EnvironmentName): readonly string[] {
  return formerDestinations(documents, environment, { retire: true }).map(({ stream }) => stream);
}

function formerDestinations(
  documents: readonly RouteDocument[],
  environment: EnvironmentName,
  wanted: { readonly retire: boolean },
): { application: string; owner: string; stream: string }[] {
  return documents.flatMap(({ application, owner, formerDestinations: former = [] }) =>
    former
      // A stream of another account is that account's to keep.
      .filter(({ arn, retire = false }) => arn?.[environment] === undefined && retire === wanted.retire)
      .map(({ stream }) => ({ application, owner, stream })),
  );
}
