import type { DestinationKind } from "@millrace/destinations/kinds";
import type { Fault } from "../document/fault.ts";
import type { Destination, Route, RouteDocument } from "../document/route-document.ts";
import { AWS_REGIONS, PARTITION } from "./aws-regions.ts";
import { nameDestination, type NamedDestination } from "./name-destination.ts";
import { type EnvironmentPlace, ownArn, parseDestinationArn, resolveDestination } from "./physical-destination.ts";

/** The part of a document that destinations follow from. */
export interface DestinationDocument extends Pick<RouteDocument, "application" | "formerDestinations"> {
  readonly routes: readonly Pick<Route, "name" | "destination" | "delivery">[];
}

/** A document and the file it came from, as faults name it. */
export interface DestinationFile {
  readonly file: string;
  readonly document: DestinationDocument;
}

/**
 * Time that an invocation keeps back beside a destination's budget: the safety margin of the stream handler, and the
 * time to store what was not delivered.
 */
const RESERVED_MS = 5_000;

type Draft = Omit<Fault, "file" | "severity">;

interface Named extends NamedDestination {
  readonly file: string;
  readonly application: string;
  readonly destination: Destination;
  readonly pointer: string;
}

/**
 * Resolves every destination to the stream, queue or bus it is in each environment, and tells what must not be: a
 * stream of the pipeline itself, one destination under two names or of two owners, and places that do not exist.
 *
 * @param places every environment there is, so that a document of one cannot name a stream of another
 */
export function destinationFaults(files: readonly DestinationFile[], places: readonly EnvironmentPlace[]): Fault[] {
  const named = files.flatMap(destinationsOf);
  const faults = new Map<string, Fault>();
  const tell = (file: string, draft: Draft): void => {
    // An ARN beside several routes of one stream, or in several environments, is one fault a place.
    faults.set(`${file} ${draft.pointer} ${draft.rule}`, { severity: "error", file, ...draft });
  };
  const pipeline = new Map(
    places.flatMap((place) =>
      place.pipelineStreams.map((name) => [ownArn(place, "kinesis", name), `${name} of ${place.name}`]),
    ),
  );
  const owners = new Map<string, Named & { readonly place: EnvironmentPlace }>();
  const claim = (key: string, one: Named, place: EnvironmentPlace): Named & { readonly place: EnvironmentPlace } => {
    const first = owners.get(key) ?? { ...one, place };
    owners.set(key, first);
    return first;
  };
  for (const one of named) {
    for (const draft of placeFaults(one, places)) tell(one.file, draft);
    for (const draft of nameFaults(one, named)) tell(one.file, draft);
    for (const place of places) {
      const arn = resolveDestination(one.destination, place);
      const isOurs = one.arn[place.name] === undefined;
      const pointer = isOurs ? `${one.pointer}/${one.kind.property}` : `${one.pointer}/arn/${place.name}`;
      const own = pipeline.get(arn);
      if (own !== undefined) {
        const message = `In ${place.name} this is the stream ${own}, which the pipeline itself reads and writes.`;
        tell(one.file, { pointer, rule: "pipeline-stream", message, fix: "Choose another stream." });
        continue;
      }
      const owner = claim(arn, one, place);
      const sharer = claim(`${place.name} ${arn}`, one, place);
      if (owner.application !== one.application) tell(one.file, { pointer, ...sharedFault(arn, one, owner) });
      else if (sharer.name !== one.name) tell(one.file, { pointer, ...sharedFault(arn, one, sharer) });
      else if (!isOurs) for (const draft of oursFaults(arn, one, pointer, places)) tell(one.file, draft);
    }
  }
  return [...faults.values(), ...files.flatMap((file) => budgetFaults(file, places))];
}

function destinationsOf({ file, document }: DestinationFile): Named[] {
  const { application, routes, formerDestinations = [] } = document;
  return [
    ...routes.map(({ destination }, index) => ({ destination, pointer: `/routes/${index}/destination` })),
    ...formerDestinations.map((destination, index) => ({ destination, pointer: `/formerDestinations/${index}` })),
  ].map((one) => ({ ...one, ...nameDestination(one.destination), file, application }));
}

/** Environments of one application may share a destination, as those of tests do; within one, each name has its own. */
function sharedFault(arn: string, one: Named, other: Named & { place: EnvironmentPlace }): Omit<Draft, "pointer"> {
  const { name, kind, application, place } = other;
  const owner = application === one.application ? "this application" : `application "${application}"`;
  return {
    rule: "stream-owner",
    message: `${arn} is ${kind.property} "${name}" of ${owner} in ${place.name}.`,
    fix: `Choose a ${one.kind.property} of "${one.application}" alone, and one name for it.`,
  };
}

/** Metrics, alarms and folders of undelivered events know a destination by its name, whatever its kind. */
function nameFaults(one: Named, all: readonly Named[]): Draft[] {
  const other = all.find(({ name }) => name === one.name);
  if (other === undefined || other.kind === one.kind) return [];
  const message = `"${one.name}" is the name of a ${other.kind.property} of application "${other.application}" already.`;
  const fix = `Give the ${one.kind.property} another name.`;
  return [{ pointer: `${one.pointer}/${one.kind.property}`, rule: "destination-name", message, fix }];
}

/**
 * Our own destinations are made from documents, so an ARN can only name one that another document has, or that does not
 * exist.
 */
function oursFaults(arn: string, { kind }: Named, pointer: string, places: readonly EnvironmentPlace[]): Draft[] {
  const { accountId, name } = parseDestinationArn(arn, kind) ?? { accountId: "", name: "" };
  const ours = places.find((one) => one.accountId === accountId && name.startsWith(one.streamPrefix));
  if (ours === undefined) return [];
  const message = `Names that begin with "${ours.streamPrefix}" in account ${accountId} are our own, which "${kind.property}" names.`;
  const fix = `Leave the ARN out, or name a ${kind.property} of somebody else.`;
  return [{ pointer, rule: "destination-ours", message, fix }];
}

/** An ARN of something else, or none at all. */
export function notAnArn(text: string, kind: DestinationKind): Omit<Draft, "pointer"> {
  const message = `${JSON.stringify(text)} is not the ARN of a ${kind.noun}.`;
  const fix = `Write it as arn:aws:${kind.service}:<region>:<12-digit account>:${kind.resource}<name>.`;
  return { rule: "destination-arn", message, fix };
}

/** An ARN that leads nowhere: no such environment, partition, account or region. */
function placeFaults({ arn: arns, kind, pointer }: Named, places: readonly EnvironmentPlace[]): Draft[] {
  return Object.entries(arns).flatMap(([environment, arn]): Draft[] => {
    const at = `${pointer}/arn/${environment}`;
    const place = places.find(({ name }) => name === environment);
    if (place === undefined) {
      const fix = `There are ${places.map(({ name }) => name).join(", ")}.`;
      const message = `"${environment}" is no environment, so the ARN is used nowhere.`;
      return [{ pointer: at, rule: "destination-environment", message, fix }];
    }
    const physical = parseDestinationArn(arn, kind);
    if (physical === undefined) return [{ pointer: at, ...notAnArn(arn, kind) }];
    const { partition, region, accountId } = physical;
    if (partition !== PARTITION) {
      const message = `The ${kind.property} lies in the partition ${partition}, the environment in ${PARTITION}: no credentials are good for both.`;
      return [{ pointer: at, rule: "destination-partition", message, fix: `Name a ${kind.property} of ${PARTITION}.` }];
    }
    if (!AWS_REGIONS.has(region)) {
      const message = `${partition} has no region "${region}".`;
      return [{ pointer: at, rule: "destination-region", message, fix: "Correct the ARN." }];
    }
    if (/^0+$/.test(accountId) && place.accountId !== accountId) {
      const message = `There is no account ${accountId}.`;
      return [{ pointer: at, rule: "destination-account", message, fix: "Correct the ARN." }];
    }
    return [];
  });
}

function budgetFaults({ file, document }: DestinationFile, places: readonly EnvironmentPlace[]): Fault[] {
  return document.routes.flatMap(({ delivery }, index): Fault[] => {
    const { budgetMs } = delivery ?? {};
    const tightest = places.toSorted((a, b) => a.routerTimeoutMs - b.routerTimeoutMs)[0];
    if (budgetMs === undefined || tightest === undefined) return [];
    const limitMs = tightest.routerTimeoutMs - RESERVED_MS;
    if (budgetMs <= limitMs) return [];
    const message = `A budget of ${budgetMs} ms does not fit the router's ${tightest.routerTimeoutMs} ms in ${tightest.name}: ${RESERVED_MS} ms are kept to store what was not delivered.`;
    return [
      {
        severity: "error",
        file,
        pointer: `/routes/${index}/delivery/budgetMs`,
        rule: "delivery-budget",
        message,
        fix: `Use at most ${limitMs}.`,
      },
    ];
  });
}
