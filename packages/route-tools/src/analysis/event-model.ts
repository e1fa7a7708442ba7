import { compilePrivacyMap } from "@millrace/contract-tools/codegen";
import type { Contract, Registry, SchemaDocument } from "@millrace/contract-tools/registry";
import type { Conjunction } from "@millrace/event-pattern";
import { canHoldTogether } from "./hold-together.ts";
import { SensitivePlaces } from "./sensitive-places.ts";
import { LocationError } from "../errors.ts";
import { isOneEditAway } from "@millrace/routes";
import { sampleOf } from "./sample-value.ts";
import { type Location, OPEN, SchemaReader } from "./schema-shapes.ts";

/** One field of the enriched event as the schemas describe it, for events of one contract. */
export interface FieldFacts {
  /** Nothing can be there. */
  readonly isUnknown: boolean;
  readonly location: Location;
  /** The schemas ask for the field in every event they describe. */
  readonly isRequired: boolean;
  /** The treatment of the value by enrichment, when it or something around it is annotated as sensitive. */
  readonly privacy: Privacy | undefined;
}

export interface Privacy {
  readonly class: string;
  readonly action: string;
  /** With `truncate`: the characters that stay of a value that is no address. */
  readonly keep?: number | undefined;
}

/** A sensitive field of a contract. */
export interface SensitiveField extends Privacy {
  /** Dotted path in the enriched event; `*` stands for names that the contract leaves free. */
  readonly path: string;
}

const ENVELOPE = "envelope/raw-event";
const ENRICHED_EVENT = "envelope/enriched-event";

/** The enriched event as the registry's schemas describe it. */
export class EventModel {
  readonly registry: Registry;
  readonly #reader: SchemaReader;
  readonly #parts: Location;
  readonly #envelope: Location;
  readonly #envelopePlaces: SensitivePlaces;
  readonly #facts = new Map<string, FieldFacts>();
  #classes: ReadonlySet<string> | undefined;
  readonly #places = new Map<string, SensitivePlaces>();

  constructor(registry: Registry) {
    this.registry = registry;
    this.#reader = new SchemaReader(registry.resources);
    this.#parts = this.#rootOf(this.#newest(ENRICHED_EVENT));
    const envelope = this.#newest(ENVELOPE);
    this.#envelope = this.#rootOf(envelope);
    this.#envelopePlaces = this.#placesIn(envelope);
  }

  #newest(path: string): SchemaDocument | undefined {
    return [...this.registry.documents.values()].filter(({ kind, name }) => `${kind}/${name}` === path).at(-1);
  }

  #rootOf(document: SchemaDocument | undefined): Location {
    return document === undefined ? OPEN : this.#reader.root(document);
  }

  /** The rules that masking obeys, for events of one document. */
  #placesIn(document: SchemaDocument | undefined): SensitivePlaces {
    const known = this.#places.get(document?.id ?? "");
    if (known !== undefined) return known;
    const map = document === undefined ? undefined : compilePrivacyMap(document, this.registry.resources);
    const places = new SensitivePlaces(map);
    this.#places.set(document?.id ?? "", places);
    return places;
  }

  /**
   * The documents of the enriched event and of the envelope of its `event`.
   * @throws RoutesError when the registry has none
   */
  wrappers(): { readonly enriched: SchemaDocument; readonly envelope: SchemaDocument } {
    const [enriched, envelope] = [this.#newest(ENRICHED_EVENT), this.#newest(ENVELOPE)];
    if (enriched === undefined || envelope === undefined) {
      throw new LocationError(
        `The schemas have no ${enriched === undefined ? ENRICHED_EVENT : ENVELOPE}; run \`pnpm schemas render\`.`,
      );
    }
    return { enriched, envelope };
  }

  /** Returns what is known of a field for events of a contract; without one, of the parts round `event.data` only. */
  facts(path: string, contract: Contract | undefined): FieldFacts {
    const key = `${contract?.id ?? ""} ${path}`;
    const known = this.#facts.get(key);
    if (known !== undefined) return known;
    const facts = this.#readFacts(path.split("."), contract);
    this.#facts.set(key, facts);
    return facts;
  }

  /** True if one event of a contract can hold all these fields of its data. */
  canHoldTogether(fields: Conjunction, contract: Contract): boolean {
    const below = fields.map(({ path, anyOf }) => ({ steps: path.split(".").slice(2), anyOf }));
    return canHoldTogether(this.#reader.root(contract), below, this.#reader);
  }

  /** A value that the contract's data may have, with what it requires and nothing more. */
  sampleData(contract: Contract): unknown {
    return sampleOf(this.#reader.root(contract), this.#reader);
  }

  /** Why no single value stands at a path: an object does, or the elements of an array. */
  whyNoScalar(path: string, contracts: readonly (Contract | undefined)[]): string | undefined {
    const steps = path.split(".");
    for (const contract of contracts) {
      for (let length = 1; length <= steps.length; length += 1) {
        const { location } = this.facts(steps.slice(0, length).join("."), contract);
        const isArray = location.shapes.some((shape) => shape.some(({ schema }) => schema["type"] === "array"));
        if (isArray) return length === steps.length ? "is an array" : "is in an array";
      }
      const { shapes, isOpen } = this.facts(path, contract).location;
      if (
        isOpen ||
        shapes.length === 0 ||
        !shapes.every((shape) => shape.some(({ schema }) => schema["type"] === "object"))
      ) {
        return undefined;
      }
    }
    return "is an object";
  }

  /** The keys that may stand below a path, for suggestions. */
  keysBelow(path: string, contract: Contract | undefined): string[] {
    if (path === "") return ["event", "enrichment", "validation", "privacy", "processing"];
    const keys = this.#reader.keys(this.facts(path, contract).location);
    return path === "event" ? [...new Set([...keys, ...this.#attributes(), "data"])] : keys;
  }

  /** Attributes that the schemas name: those of ingest, and those that enrichment makes sure of. */
  #attributes(): string[] {
    return [this.#envelope, this.#reader.child(this.#parts, "event")].flatMap((event) => this.#reader.keys(event));
  }

  /** Every field of the contract and its envelope that is annotated as sensitive, below whichever keyword. */
  sensitiveFields(contract: Contract): readonly SensitiveField[] {
    return [...this.#envelopePlaces.fieldsBelow("event"), ...this.#placesIn(contract).fieldsBelow("event.data")];
  }

  /** Every class of sensitive values that a contract or the envelope names. */
  get privacyClasses(): ReadonlySet<string> {
    this.#classes ??= new Set(
      this.registry.contracts.flatMap((contract) => this.sensitiveFields(contract).map((field) => field.class)),
    );
    return this.#classes;
  }

  #readFacts(segments: readonly string[], contract: Contract | undefined): FieldFacts {
    const [part, ...rest] = segments;
    if (part !== "event") return this.#walk(this.#parts, segments, undefined);
    if (rest.length === 0) {
      return { isUnknown: false, location: this.#envelope, isRequired: true, privacy: undefined };
    }
    if (rest[0] !== "data") return this.#readAttribute(rest);
    const places = contract === undefined ? undefined : this.#placesIn(contract);
    return this.#walk(this.#rootOf(contract), rest.slice(1), places);
  }

  /** Sources may add attributes of their own; CloudEvents gives them lower-case letters and digits for a name. */
  #readAttribute(segments: readonly string[]): FieldFacts {
    const facts = this.#walk(this.#envelope, segments, this.#envelopePlaces);
    const [name = ""] = segments;
    const known = this.#attributes();
    if (!facts.location.isOpen || known.includes(name)) return facts;
    // An attribute of a source's own that is one letter from one of ours is that one, mistyped.
    const isMistyped = known.some((attribute) => isOneEditAway(name, attribute));
    return isMistyped || !/^[a-z0-9]+$/.test(name) ? { ...facts, isUnknown: true } : facts;
  }

  #walk(start: Location, segments: readonly string[], places: SensitivePlaces | undefined): FieldFacts {
    let location = start;
    let isRequired = true;
    for (const segment of segments) {
      isRequired &&= this.#reader.requires(location, segment);
      location = this.#reader.child(location, segment);
    }
    const isUnknown = location.shapes.length === 0 && !location.isOpen;
    return { isUnknown, location, isRequired, privacy: places?.ruleAt(segments) };
  }
}
