import type { Contract } from "@millrace/contract-tools/registry";
import {
  type Conjunction,
  type Criterion,
  explainPattern,
  type FieldCriteria,
  satisfies,
} from "@millrace/event-pattern";
import type { Route } from "@millrace/routes";
import { isJsonObject } from "@millrace/schema-graph";
import { excludedBy, whyNowhere } from "../analysis/can-hold.ts";
import { coverageOf } from "../analysis/covered-contracts.ts";
import type { EventModel } from "../analysis/event-model.ts";
import { shortestText } from "../analysis/sample-text.ts";
import { samplesAt } from "../analysis/sample-value.ts";
import { languageOfCriterion, languagesOfSchema } from "../analysis/string-language.ts";

type Json = Record<string, unknown>;

/** An invented enriched event. Its identity marks it as one, but for what a pattern asks of `id` and `source`. */
export interface GeneratedEvent extends Json {
  readonly event: Json & { readonly id: string; readonly source: string };
}

const MADE_UP_ID = "generated-";
const MADE_UP_SOURCE = "https://millrace.example/generated/";

/** The parts of an identity that a pattern asked for. */
export function askedIdentity({ event: { id, source } }: GeneratedEvent): { id?: string; source?: string } {
  return {
    ...(id.startsWith(MADE_UP_ID) ? {} : { id }),
    ...(source.startsWith(MADE_UP_SOURCE) ? {} : { source }),
  };
}

/** Combinations and contracts of a pattern that events are made for; beyond, a pattern is shown well enough. */
const MAX_COMBINATIONS = 8;
const MAX_CONTRACTS = 4;
const VALUES_OF_A_FIELD = 6;

/**
 * Returns events near a pattern: some that hold every field of it, and for each field that it, or another pattern,
 * names, some with other values that the contract allows. The caller finds which of them match.
 *
 * @param also combinations of other patterns whose fields are varied too, such as those of the other side of a change
 * @param before events that were made up before these, which have other identities
 */
export function generateEvents(
  conjunctions: readonly Conjunction[],
  model: EventModel,
  also: readonly Conjunction[] = [],
  before = 0,
): GeneratedEvent[] {
  const found = new Map<string, GeneratedEvent>();
  const add = (event: Json): void => {
    const text = JSON.stringify(event);
    if (found.has(text)) return;
    const number = before + found.size + 1;
    const madeUp = { id: `${MADE_UP_ID}${number}`, source: `${MADE_UP_SOURCE}${number}` };
    found.set(text, { ...event, event: { ...madeUp, ...(event["event"] as Json) } });
  };
  for (const conjunction of conjunctions.slice(0, MAX_COMBINATIONS)) {
    const { contracts } = coverageOf(conjunction, model);
    const about = contracts.length === 0 ? [undefined] : contracts.slice(0, MAX_CONTRACTS);
    for (const contract of about) {
      const whole = eventFor(conjunction, contract, model);
      add(whole);
      const others = also.flatMap((other) => other.filter(({ path }) => !conjunction.some((own) => own.path === path)));
      for (const field of [...conjunction, ...others]) {
        for (const value of valuesNear(field, contract, model)) {
          const changed = structuredClone(whole);
          setAt(changed, field.path, value, contract, model);
          add(changed);
        }
      }
    }
  }
  return [...found.values()];
}

/** An event that a route matches and one that it does not, as far as they could be made. */
export function examplesOf(
  { pattern }: Route,
  conjunctions: readonly Conjunction[],
  model: EventModel,
): { readonly matching: GeneratedEvent | undefined; readonly other: GeneratedEvent | undefined } {
  const events = generateEvents(conjunctions, model);
  const matches = (event: GeneratedEvent): boolean => explainPattern(pattern, event).matches;
  return { matching: events.find(matches), other: events.find((event) => !matches(event)) };
}

function eventFor(conjunction: Conjunction, contract: Contract | undefined, model: EventModel): Json {
  const event: Json = {
    event: {
      specversion: "1.0",
      type: contract?.type ?? "unknown.type",
      subject: "subject",
      time: "2026-01-01T00:00:00.000Z",
      tenantid: "tenant",
      receivedat: "2026-01-01T00:00:00.000Z",
      data: contract === undefined ? {} : model.sampleData(contract),
    },
    enrichment: {},
    validation: validationFor(conjunction, contract),
    privacy: { masked: [] },
    processing: {},
  };
  for (const field of conjunction) {
    const known = model.facts(field.path, field.path.startsWith("event.data.") ? contract : undefined);
    const criterion =
      field.anyOf.find((one) => whyNowhere(one, [known]) === undefined) ??
      field.anyOf[0] ??
      ({ op: "exists" } as const);
    if (isHeld(valuesAt(event, field.path), field)) continue;
    setAt(event, field.path, valueFor(criterion, field.path, contract, model), contract, model);
  }
  return event;
}

/** Facts that enrichment writes together; see facts-together.ts. */
function validationFor(conjunction: Conjunction, contract: Contract | undefined): Json {
  const field = conjunction.find(({ path }) => path === "validation.status");
  const order = contract === undefined ? ["unknown"] : ["valid", "invalid", "unknown"];
  const status = order.find((one) => field === undefined || field.anyOf.some((c) => satisfies(c, one))) ?? order[0];
  if (status === "unknown") return { status, schema: null, errors: [] };
  const errors = status === "valid" ? [] : [{ path: "/data", keyword: "required", message: "made up" }];
  return { status, schema: contract?.id ?? null, errors };
}

function isHeld(values: readonly unknown[], { anyOf }: FieldCriteria): boolean {
  if (values.length === 0) return anyOf.some(({ op }) => op === "absent");
  return values.some((value) => anyOf.some((criterion) => satisfies(criterion, value as string)));
}

const ABSENT = Symbol("absent");

/** Values of a field that hold it, that it excludes, and others that its contract allows. */
function valuesNear(field: FieldCriteria, contract: Contract | undefined, model: EventModel): unknown[] {
  const facts = model.facts(field.path, field.path.startsWith("event.data.") ? contract : undefined);
  const valuesOf = (criteria: readonly Criterion[]): unknown[] =>
    criteria.slice(0, VALUES_OF_A_FIELD).map((one) => valueFor(one, field.path, contract, model));
  const ends = field.anyOf.flatMap((one) => (one.op === "range" ? [one.low - 1, one.low, one.high, one.high + 1] : []));
  const allowed = [...ends, ...valuesOf(field.anyOf.flatMap(excludedBy))].filter((value) => {
    if (typeof value !== "string" && !Number.isFinite(value)) return false;
    return whyNowhere({ op: "equals", value: value as string | number }, [facts]) === undefined;
  });
  const samples = samplesAt(facts.location).slice(0, VALUES_OF_A_FIELD);
  return [...new Set([...valuesOf(field.anyOf), ...allowed, ...samples, ABSENT])];
}

function valueFor(criterion: Criterion, path: string, contract: Contract | undefined, model: EventModel): unknown {
  const { location } = model.facts(path, path.startsWith("event.data.") ? contract : undefined);
  switch (criterion.op) {
    case "absent":
      return ABSENT;
    case "equals":
      return criterion.value;
    case "number-text":
      return Number(criterion.text);
    case "ip":
      return addressOf(criterion.low);
    case "range": {
      const { low, high, isLowOpen, isHighOpen } = criterion;
      const inside = samplesAt(location).find((value) => satisfies(criterion, value as number));
      if (inside !== undefined) return inside;
      if (Number.isFinite(low)) return isLowOpen ? (Number.isFinite(high) ? (low + high) / 2 : low + 1) : low;
      return isHighOpen ? high - 1 : high;
    }
    default: {
      const language = languageOfCriterion(criterion);
      if (language === undefined) {
        return samplesAt(location).find((value) => satisfies(criterion, value as string)) ?? "other";
      }
      const schemas = location.shapes[0]?.map(({ schema }) => schema) ?? [];
      const listed = samplesAt(location).find((value) => typeof value === "string" && satisfies(criterion, value));
      return listed ?? shortestText([language, ...schemas.flatMap(languagesOfSchema)]);
    }
  }
}

function addressOf(digits: string): string {
  const groups = digits.match(digits.length === 8 ? /../g : /..../g) ?? [];
  return digits.length === 8 ? groups.map((group) => Number.parseInt(group, 16)).join(".") : groups.join(":");
}

function valuesAt(event: Json, path: string): unknown[] {
  let values: unknown[] = [event];
  for (const step of path.split(".")) {
    values = values.flatMap((value) => (isJsonObject(value) && Object.hasOwn(value, step) ? [value[step]].flat() : []));
  }
  return values;
}

/** Puts a value at a path; arrays get it in their first element, and are made where the contract has one. */
function setAt(event: Json, path: string, value: unknown, contract: Contract | undefined, model: EventModel): void {
  const steps = path.split(".");
  let place: Json = event;
  for (const [index, step] of steps.entries()) {
    const here = steps.slice(0, index + 1).join(".");
    const isArray = model
      .facts(here, here.startsWith("event.data") ? contract : undefined)
      .location.shapes.some((shape) => shape.some(({ schema }) => schema["type"] === "array"));
    if (index === steps.length - 1) {
      if (value === ABSENT) Reflect.deleteProperty(place, step);
      else place[step] = isArray ? [value] : value;
      return;
    }
    const [first] = [place[step]].flat();
    const below = isJsonObject(first) ? first : {};
    place[step] = isArray ? [below] : below;
    place = below;
  }
}
