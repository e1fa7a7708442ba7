import { type Addition, createAddition } from "./addition.ts";
import type { EnrichmentInput, EventEnrichment } from "./definition.ts";
import { EnrichmentFailedError } from "./errors.ts";
import { MAX_OWN_RESULT_LENGTH } from "./limits.ts";

/** An enrichment from a package of a team's own, as the build put it into the bundle. */
export interface OwnPackage {
  /** Runs the package's code, and gives its export. */
  readonly load: () => unknown;
  /** True if a value follows the schema of the enrichment's result. */
  readonly follows: (result: unknown) => boolean;
}

/** By the name of their entry in the options. */
export type OwnPackages = Readonly<Record<string, OwnPackage>>;

/** The export of a package: as an enrichment of ours, but that it adds plain values. */
export interface OwnEnrichment {
  readonly options: object;
  readonly result: object;
  create(options: Readonly<Record<string, unknown>>): { enrich(input: OwnInput): unknown };
}

/** The address of the client is not in it: it is not masked. */
export type OwnInput = Pick<EnrichmentInput, "event" | "resultOf">;

/**
 * Runs an enrichment of a team's own. Whatever it does wrong, at its start or with an event, becomes a note on the
 * event, and the event goes on.
 */
export function createOwnEnrichment(
  name: string,
  { load, follows }: OwnPackage,
  options: Readonly<Record<string, unknown>>,
): EventEnrichment {
  let own: ReturnType<OwnEnrichment["create"]> | undefined;
  try {
    own = (load() as OwnEnrichment).create(options);
  } catch {
    own = undefined;
  }
  return {
    enrich(input): Addition | undefined {
      if (own === undefined) throw new EnrichmentFailedError("The enrichment's package failed at its start.");
      // A copy: a change of it must not reach the enrichments after it.
      const result = own.enrich({
        event: structuredClone(input.event),
        resultOf: (each) => structuredClone(input.resultOf(each)),
      });
      if (result === undefined) return undefined;
      const text = typeof result === "object" ? JSON.stringify(result) : undefined;
      if (text === undefined || isPromise(result)) throw new EnrichmentFailedError("The enrichment gave no object.");
      if (text.length > MAX_OWN_RESULT_LENGTH) {
        throw new EnrichmentFailedError(`The enrichment gave more than ${MAX_OWN_RESULT_LENGTH} characters.`);
      }
      const value = JSON.parse(text, (_key, each: unknown) =>
        typeof each === "string" ? each.toWellFormed() : each,
      ) as object;
      if (!follows(value)) throw new EnrichmentFailedError("The enrichment's result does not follow its schema.");
      return createAddition(name, value);
    },
  };
}

function isPromise(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null)?.then === "function";
}
