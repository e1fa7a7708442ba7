import type { EnrichmentNote, PrivacyRule, RawEvent } from "@millrace/event-contracts";
import {
  type ActiveEnrichment,
  type Addition,
  EnrichmentFailedError,
  type EnrichmentInput,
  type EventEnrichment,
  type TextEnrichment,
  type TextInput,
} from "@millrace/enrichments";
import { BoundedCache } from "@millrace/enrichments/bounded-cache";
import { maskByRule } from "./privacy/mask-value.ts";
import type { MaskingLog } from "./privacy/masking-log.ts";
import type { Pseudonymizer } from "./privacy/privacy-keys.ts";

/** Additions of the enrichments to an event. */
export interface Enriched {
  /** The members of `enrichment` as JSON, with a comma before each but the first. */
  readonly members: string;
  /** Failures of enrichments. */
  readonly notes: readonly EnrichmentNote[];
}

/** Enriches a masked event; what has to be masked of the additions goes into its log. */
export type RunEnrichments = (event: RawEvent, clientIp: string | undefined, log: MaskingLog) => Enriched;

/** Additions of one step: of an enrichment, or of neighbours that read the same text. */
interface StepResult {
  readonly additions: readonly (Addition | undefined)[];
  /** As JSON, with a comma before each. */
  readonly members: string;
  readonly notes: readonly EnrichmentNote[];
}

type Step = (input: RunInput) => StepResult;

/** Where the addition of an enrichment is found. */
interface Place {
  readonly step: number;
  readonly position: number;
}

/** The same for all events. */
interface Run {
  readonly places: ReadonlyMap<string, Place>;
  readonly steps: number;
  readonly pseudonymizer: Pseudonymizer;
}

const nothing: StepResult = { additions: [], members: "", notes: [] };

/** Prepares enrichments, in the order they run. */
export function createEnrichmentRun(
  enrichments: readonly ActiveEnrichment[],
  pseudonymizer: Pseudonymizer,
): RunEnrichments {
  const groups = groupByInput(enrichments);
  const places = new Map(
    groups.flatMap((group, step) => group.map(({ name }, position) => [name, { step, position }] as const)),
  );
  const steps = groups.map(createStep);
  const run: Run = { places, steps: steps.length, pseudonymizer };

  return (event, clientIp, log) => {
    const input = new RunInput(event, clientIp, log, run);
    let members = "";
    let { notes } = nothing;
    for (let index = 0; index < steps.length; index++) {
      const result = (steps[index] as Step)(input);
      input.results[index] = result;
      members += members === "" ? result.members.slice(1) : result.members;
      if (result.notes.length > 0) notes = [...notes, ...result.notes];
    }
    if (notes.length > 0) members += `${members === "" ? "" : ","}"notes":${JSON.stringify(notes)}`;
    return { members, notes };
  };
}

/** Puts neighbours together that read the same text. */
function groupByInput(enrichments: readonly ActiveEnrichment[]): (readonly ActiveEnrichment[])[] {
  const groups: ActiveEnrichment[][] = [];
  for (const enrichment of enrichments) {
    const last = groups.at(-1);
    const input = inputOf(enrichment);
    if (last?.[0] !== undefined && input !== undefined && inputOf(last[0]) === input) last.push(enrichment);
    else groups.push([enrichment]);
  }
  return groups;
}

function inputOf(enrichment: ActiveEnrichment): TextInput | undefined {
  return "input" in enrichment ? enrichment.input : undefined;
}

function createStep(group: readonly ActiveEnrichment[]): Step {
  const readers = group.filter((enrichment) => "input" in enrichment);
  const [reader] = readers;
  if (reader !== undefined) return createTextStep(readers, reader.input);
  const [single] = group.filter((enrichment) => "enrich" in enrichment);
  return single === undefined ? () => nothing : createEventStep(single);
}

function createEventStep({ name, enrich }: EventEnrichment & { readonly name: string }): Step {
  // Neighbouring events often get the same addition.
  let last: Addition | undefined;
  let lastResult = nothing;
  return (input) => {
    try {
      const addition = enrich(input);
      if (addition !== last) {
        last = addition;
        lastResult =
          addition === undefined ? nothing : { additions: [addition], members: addition.member, notes: nothing.notes };
      }
      return lastResult;
    } catch (error) {
      return { ...nothing, notes: [noteOf(name, error)] };
    }
  };
}

function createTextStep(readers: readonly (TextEnrichment & { readonly name: string })[], text: TextInput): Step {
  const withoutText = collect(readers, (reader) => reader.withoutText);
  const known = new BoundedCache<StepResult>();
  // Many addresses are in one country: what is said of them is kept once.
  const distinct = new BoundedCache<StepResult>();
  const read = (value: string): StepResult => {
    const result = collect(readers, (reader) => reader.read(value));
    return result.notes.length === 0 ? distinct.getOrCreate(result.members, () => result) : result;
  };
  return ({ event, clientIp }) => {
    const value = text(event, clientIp);
    return value === undefined ? withoutText : known.getOrCreate(value, read);
  };
}

/** Takes what each gives; one that fails leaves a note. */
function collect<Each extends { readonly name: string }>(
  enrichments: readonly Each[],
  add: (enrichment: Each) => Addition | undefined,
): StepResult {
  const notes: EnrichmentNote[] = [];
  const additions = enrichments.map((enrichment) => {
    try {
      return add(enrichment);
    } catch (error) {
      notes.push(noteOf(enrichment.name, error));
      return undefined;
    }
  });
  return { additions, members: additions.map((addition) => addition?.member ?? "").join(""), notes };
}

function noteOf(enrichment: string, error: unknown): EnrichmentNote {
  // The message of a foreign error may quote what it could not read.
  return { enrichment, message: error instanceof EnrichmentFailedError ? error.message : "Failed unexpectedly." };
}

class RunInput implements EnrichmentInput {
  readonly event: RawEvent;
  readonly clientIp: string | undefined;
  readonly results: (StepResult | undefined)[];
  readonly #log: MaskingLog;
  readonly #run: Run;

  constructor(event: RawEvent, clientIp: string | undefined, log: MaskingLog, run: Run) {
    this.event = event;
    this.clientIp = clientIp;
    this.results = new Array<StepResult | undefined>(run.steps);
    this.#log = log;
    this.#run = run;
  }

  resultOf(name: string): object | undefined {
    const place = this.#run.places.get(name);
    return place === undefined ? undefined : this.results[place.step]?.additions[place.position]?.value;
  }

  mask(value: unknown, rule: PrivacyRule, path: string): unknown {
    const { pseudonymizer } = this.#run;
    return maskByRule(value, rule, path, { pseudonymizer, log: this.#log, mayHoldJson: false });
  }
}
