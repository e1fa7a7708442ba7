import type { JsonObject, SchemaDocument, SchemaPlace, SchemaResources } from "@millrace/contract-tools/registry";

/** Schemas that hold together for one value: one way through the `anyOf`s and `oneOf`s. */
export type Shape = readonly JsonObject[];

/** Ways through the combining keywords that are told apart; beyond, a schema counts as open. */
const MAX_SHAPES = 64;
const MAX_REFERENCES = 32;

/** A schema where it stands, so that its references can be followed. */
interface Placed {
  readonly schema: JsonObject;
  readonly document: SchemaDocument;
  readonly pointer: string;
}

/** What a schema says of the place it describes. */
export interface Location {
  /** The ways a value here can look; none when nothing can be here. */
  readonly shapes: readonly PlacedShape[];
  /** Nothing is said of this place: whatever is here is allowed. */
  readonly isOpen: boolean;
}

type PlacedShape = readonly Placed[];

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const OPEN: Location = { shapes: [], isOpen: true };
const NOTHING: Location = { shapes: [], isOpen: false };

/** Reads schemas the way patterns read events: arrays are looked through, objects are entered by key. */
export class SchemaReader {
  readonly #resources: SchemaResources;

  constructor(resources: SchemaResources) {
    this.#resources = resources;
  }

  root(document: SchemaDocument): Location {
    return this.#locate({ schema: document.schema, document, pointer: "" });
  }

  /** The place below a key. */
  child(location: Location, key: string): Location {
    if (location.isOpen) return OPEN;
    const found = location.shapes.map((shape) => this.#childOfShape(shape, key));
    return {
      shapes: found.flatMap(({ shapes }) => shapes).slice(0, MAX_SHAPES),
      isOpen: found.some(({ isOpen }) => isOpen),
    };
  }

  /** Whether every value at a place is an object with this key. */
  requires(location: Location, key: string): boolean {
    if (location.isOpen || location.shapes.length === 0) return false;
    return location.shapes.every((shape) =>
      shape.some(({ schema: { required } }) => Array.isArray(required) && required.includes(key)),
    );
  }

  /** The keys that are declared below a place. */
  keys(location: Location): string[] {
    const keys = new Set<string>();
    for (const shape of location.shapes) {
      for (const { schema } of shape)
        if (isObject(schema["properties"])) for (const key of Object.keys(schema["properties"])) keys.add(key);
    }
    return [...keys];
  }

  #childOfShape(shape: PlacedShape, key: string): Location {
    const declared: Placed[] = [];
    for (const placed of shape) {
      const found = this.#declaredBy(placed, key);
      if (found === "forbidden") return NOTHING;
      declared.push(...found);
    }
    if (declared.length === 0) return shape.some(({ schema }) => canBeObject(schema)) ? OPEN : NOTHING;
    return this.#locateAll(declared);
  }

  #declaredBy(placed: Placed, key: string): Placed[] | "forbidden" {
    const { schema } = placed;
    if (!canBeObject(schema)) return "forbidden";
    const declared: Placed[] = [];
    const take = (value: unknown, step: string): void => {
      if (isObject(value)) declared.push({ ...placed, schema: value, pointer: placed.pointer + step });
    };
    const { properties, patternProperties, additionalProperties, unevaluatedProperties } = schema;
    let isNamed = false;
    if (isObject(properties) && Object.hasOwn(properties, key)) {
      isNamed = true;
      if (properties[key] === false) return "forbidden";
      take(properties[key], `/properties/${escape(key)}`);
    }
    for (const [pattern, value] of isObject(patternProperties) ? Object.entries(patternProperties) : []) {
      if (!new RegExp(pattern, "u").test(key)) continue;
      isNamed = true;
      take(value, `/patternProperties/${escape(pattern)}`);
    }
    if (isNamed) return declared;
    if (additionalProperties === false) return "forbidden";
    // What a sibling or a referred schema names counts as evaluated; those are looked at on their own.
    if (unevaluatedProperties === false && additionalProperties === undefined && isObject(properties)) return declared;
    take(additionalProperties, "/additionalProperties");
    return declared;
  }

  #locate(placed: Placed): Location {
    return this.#locateAll([placed]);
  }

  #locateAll(placed: readonly Placed[]): Location {
    let shapes: PlacedShape[] = [[]];
    for (const one of placed) {
      const ways = this.#waysThrough(one, 0);
      shapes = shapes.flatMap((shape) => ways.map((way) => [...shape, ...way])).slice(0, MAX_SHAPES);
    }
    const through = shapes.flatMap((shape) => [shape, ...this.#elementsOf(shape)]);
    return { shapes: through, isOpen: through.some((shape) => shape.every(({ schema }) => isEmpty(schema))) };
  }

  /** Arrays are transparent to patterns: the elements stand where the array stands. */
  #elementsOf(shape: PlacedShape): PlacedShape[] {
    const items = shape.flatMap((placed) => {
      const { items: item } = placed.schema;
      return isObject(item) ? [{ ...placed, schema: item, pointer: `${placed.pointer}/items` }] : [];
    });
    return items.length === 0 ? [] : [...this.#locateAll(items).shapes];
  }

  #waysThrough(placed: Placed, references: number): PlacedShape[] {
    if (references > MAX_REFERENCES) return [[]];
    let ways: PlacedShape[] = [[placed]];
    const both = (others: readonly PlacedShape[]): void => {
      ways = ways.flatMap((way) => others.map((other) => [...way, ...other])).slice(0, MAX_SHAPES);
    };
    const at = (schema: JsonObject, step: string): PlacedShape[] =>
      this.#waysThrough({ ...placed, schema, pointer: placed.pointer + step }, references + 1);
    const { $ref, allOf } = placed.schema;
    if (typeof $ref === "string") {
      const target = this.#resources.resolve($ref, placed.document, placed.pointer);
      if (target !== undefined && isObject(target.schema))
        both(this.#waysThrough(toPlaced(target, target.schema), references + 1));
    }
    if (Array.isArray(allOf)) allOf.forEach((one, index) => isObject(one) && both(at(one, `/allOf/${index}`)));
    for (const keyword of ["anyOf", "oneOf"] as const) {
      const choices = placed.schema[keyword];
      if (!Array.isArray(choices)) continue;
      both(choices.flatMap((choice, index) => (isObject(choice) ? at(choice, `/${keyword}/${index}`) : [[]])));
    }
    const conditional = ["then", "else"].flatMap((keyword) => {
      const schema = placed.schema[keyword];
      return isObject(schema) ? at(schema, `/${keyword}`) : [];
    });
    if (conditional.length > 0) both([[], ...conditional]);
    return ways;
  }
}

function toPlaced(place: SchemaPlace, schema: JsonObject): Placed {
  return { schema, document: place.document, pointer: place.pointer };
}

function escape(step: string): string {
  return step.replaceAll("~", "~0").replaceAll("/", "~1");
}

function canBeObject(schema: JsonObject): boolean {
  const { type } = schema;
  return type === undefined || type === "object" || (Array.isArray(type) && type.includes("object"));
}

/** Annotations say nothing about values. */
const ANNOTATIONS = new Set(["description", "title", "$comment", "examples", "default", "deprecated", "x-privacy"]);

function isEmpty(schema: JsonObject): boolean {
  return Object.keys(schema).every((keyword) => ANNOTATIONS.has(keyword));
}
