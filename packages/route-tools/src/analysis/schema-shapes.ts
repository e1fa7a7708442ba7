import type { JsonObject, SchemaDocument, SchemaResources } from "@millrace/contract-tools/registry";
import {
  type Applied,
  countingKeywords,
  createValueGraph,
  isComment,
  namesOf,
  type SchemaPlace,
  takesType,
  typesOf,
  type ValueGraph,
} from "@millrace/schema-graph";

/** Schemas that hold together for one value: one way through the `anyOf`s and `oneOf`s. */
export type Shape = readonly JsonObject[];

/** Ways through the combining keywords that are told apart; beyond, a schema counts as open. */
const MAX_SHAPES = 64;
const MAX_REFERENCES = 32;

/** A schema where it stands, so that its references can be followed. */
interface Placed extends Applied {
  readonly schema: JsonObject;
}

/** A place as a schema describes it. */
export interface Location {
  /** The ways a value here can look; none when nothing can be here. */
  readonly shapes: readonly PlacedShape[];
  /** Nothing is said of this place: whatever is here is allowed. */
  readonly isOpen: boolean;
}

type PlacedShape = readonly Placed[];

export const OPEN: Location = { shapes: [], isOpen: true };
const NOTHING: Location = { shapes: [], isOpen: false };

/**
 * Reads schemas the way patterns read events: arrays are looked through, objects are entered by key. A fold over the
 * graph of values. Unlike other folds it keeps the ways through a schema apart.
 */
export class SchemaReader {
  readonly #resources: SchemaResources;
  readonly #graphs = new Map<SchemaDocument, ValueGraph>();

  constructor(resources: SchemaResources) {
    this.#resources = resources;
  }

  root(document: SchemaDocument): Location {
    return this.#locate([{ schema: document.schema, document, pointer: "", certainty: "certain" }]);
  }

  /** The place below a key. */
  child(location: Location, key: string): Location {
    if (location.isOpen) return OPEN;
    return union(location.shapes.map((shape) => this.#childOfShape(shape, key)));
  }

  /** True if every value at a place is an object with this key. */
  requires(location: Location, key: string): boolean {
    if (location.isOpen || location.shapes.length === 0) return false;
    return location.shapes.every((shape) =>
      shape.some(({ schema: { required } }) => Array.isArray(required) && required.includes(key)),
    );
  }

  /** The keys that are declared below a place. */
  keys(location: Location): string[] {
    return [...new Set(location.shapes.flatMap(namesOf))];
  }

  #childOfShape(shape: PlacedShape, key: string): Location {
    const isForbidden = (place: Placed) =>
      !takesType(place.schema, "object") || this.#graphOf(place).forbids(place, key);
    if (shape.some(isForbidden)) return NOTHING;
    const declared = shape.flatMap((place) => this.#declaredBy(place, key));
    return declared.length === 0 ? OPEN : this.#locate(declared);
  }

  #declaredBy(place: Placed, key: string): Placed[] {
    const declared = this.#graphOf(place).property([place], key);
    const isNamed = declared.some(({ via }) => via === "patternProperties");
    // `unevaluatedProperties` may be about another name: other schemas evaluate names too.
    const isAbout = ({ via }: Applied) =>
      via !== "unevaluatedProperties" && !(isNamed && via === "additionalProperties");
    return declared.filter(isAbout).filter(isObjectSchema);
  }

  #locate(places: readonly Placed[]): Location {
    let shapes: PlacedShape[] = [[]];
    for (const place of places) shapes = combine(shapes, this.#waysThrough(place, 0));
    const here: Location = { shapes, isOpen: shapes.some((shape) => shape.every(({ schema }) => isEmpty(schema))) };
    // Arrays are transparent to patterns: the elements stand where the array stands.
    return union([here, ...shapes.flatMap((shape) => this.#elementsOf(shape))]);
  }

  #elementsOf(shape: PlacedShape): Location[] {
    const elements = shape.flatMap((place) => this.#graphOf(place).elements([place])).filter(isObjectSchema);
    const ofEach = elements.filter(({ certainty }) => certainty === "certain");
    const ofSome = elements.filter(({ certainty }) => certainty !== "certain");
    const isFree = ofEach.length === 0 && shape.some(({ schema }) => isList(schema)) && !shape.some(saysOfTheRest);
    return [
      ...(isFree ? [OPEN] : []),
      ...(ofEach.length > 0 ? [this.#locate(ofEach)] : []),
      ...ofSome.map((one) => this.#locate([...ofEach, one])),
    ];
  }

  #waysThrough(whole: Placed, references: number): PlacedShape[] {
    if (references > MAX_REFERENCES) return [[]];
    const place = { ...whole, schema: countingKeywords(whole) };
    let ways: PlacedShape[] = [[place]];
    for (const steps of this.#graphOf(place).steps(place).values()) {
      const certainty = steps[0]?.certainty;
      const through = steps
        .filter(isObjectSchema)
        .map((step) => this.#waysThrough({ ...step, certainty: "certain" }, references + 1));
      if (certainty === "certain") for (const each of through) ways = combine(ways, each);
      else if (certainty === "one of") ways = combine(ways, through.flat());
      else if (certainty === "conditional") for (const each of through) ways = combine(ways, [[], ...each]);
    }
    return ways;
  }

  /** `$dynamicRef` leads where the document of the schema can lead it. */
  #graphOf({ document }: SchemaPlace): ValueGraph {
    const graph = this.#graphs.get(document) ?? createValueGraph(document, this.#resources);
    this.#graphs.set(document, graph);
    return graph;
  }
}

function combine(some: readonly PlacedShape[], others: readonly PlacedShape[]): PlacedShape[] {
  return some.flatMap((one) => others.map((other) => [...one, ...other])).slice(0, MAX_SHAPES);
}

function union(locations: readonly Location[]): Location {
  return {
    shapes: locations.flatMap(({ shapes }) => shapes).slice(0, MAX_SHAPES),
    isOpen: locations.some(({ isOpen }) => isOpen),
  };
}

function isObjectSchema(place: Applied): place is Placed {
  return typeof place.schema === "object";
}

function isList(schema: JsonObject): boolean {
  return typesOf(schema).includes("array");
}

/** True if a schema describes the elements that no list of schemas names. */
function saysOfTheRest({ schema }: Placed): boolean {
  const { items, additionalItems, unevaluatedItems, maxItems } = schema;
  const says = [items, additionalItems, unevaluatedItems].some(
    (value) => value === false || (typeof value === "object" && !Array.isArray(value)),
  );
  return says || maxItems === 0;
}

function isEmpty(schema: JsonObject): boolean {
  return Object.keys(schema).every((keyword) => isComment(keyword) || keyword.startsWith("x-"));
}
