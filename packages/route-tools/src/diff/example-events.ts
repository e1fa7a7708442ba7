import { type Conjunction, parsePattern } from "@millrace/event-pattern";
import type { RouteDocument } from "@millrace/routes";
import type { EventModel } from "../analysis/event-model.ts";
import { type GeneratedEvent, generateEvents } from "../generate/generate-events.ts";
import type { Documents } from "./compare-meaning.ts";

/** Yields the events of inline tests, each with an identity that names its route. */
export function* testEvents(documents: readonly RouteDocument[]): Generator<Readonly<Record<string, unknown>>> {
  for (const { application, routes } of documents) {
    for (const { name, tests } of routes) {
      for (const [index, { event }] of tests.entries()) {
        const identity = { id: `${application}/${name}/${index}`, source: "https://millrace.example/examples" };
        yield { ...event, event: { ...identity, ...(event["event"] as object | undefined) } };
      }
    }
  }
}

/** The test events of both sides of a change; what both have counts once. */
export function testEventsOfBoth({ before, after }: Documents): Readonly<Record<string, unknown>>[] {
  const all = [...testEvents(after), ...[...testEvents(before)].map(asOfBase)];
  return [...new Map(all.map((event) => [textWithoutId(event), event])).values()];
}

/** A test that both sides have under one name may have another event on each. */
function asOfBase(event: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const inner = event["event"] as { readonly id: string };
  return { ...event, event: { ...inner, id: `${inner.id} of the base` } };
}

function textWithoutId(event: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ ...event, event: { ...(event["event"] as object), id: "" } });
}

/** Events made up near the pattern of each route, with the fields varied that the other side's pattern names. */
export function eventsNear({ before, after }: Documents, model: EventModel): GeneratedEvent[] {
  const [old, now] = [patternsOf(before), patternsOf(after)];
  const generated: GeneratedEvent[] = [];
  for (const id of new Set([...old.keys(), ...now.keys()])) {
    const [was, is] = [old.get(id) ?? [], now.get(id) ?? []];
    generated.push(...generateEvents(was, model, is, generated.length));
    generated.push(...generateEvents(is, model, was, generated.length));
  }
  return generated;
}

function patternsOf(documents: readonly RouteDocument[]): ReadonlyMap<string, readonly Conjunction[]> {
  return new Map(
    documents.flatMap(({ application, routes }) =>
      routes.map(({ name, pattern }): [string, readonly Conjunction[]] => [
        `${application}/${name}`,
        parsePattern(pattern),
      ]),
    ),
  );
}

/** The documents with every matching event delivered: what a pattern takes is to be seen, not what a sample leaves. */
export function withoutSampling(documents: readonly RouteDocument[]): RouteDocument[] {
  return documents.map((document) => ({
    ...document,
    routes: document.routes.map((route) => ({ ...route, sample: 1 })),
  }));
}
