import type { Json, JsonObject } from "@millrace/contract-tools/registry";
import { type CompiledReshape, isAmbiguousName, isTaken, type NameNode, nameTree } from "@millrace/routes/runtime";
import { isJsonObject, mapBranches, mapHeld, takesType } from "@millrace/schema-graph";

/** A field of a contract that reshaping cannot treat as the route demands. */
export interface ShapeFault {
  /** `taken`: a name that reshaping gives to another; `separator`: a name below a flattened object; `no-object`. */
  readonly kind: "taken" | "separator" | "no-object";
  /** The field; of a constant by the delivered names, else by those of the enriched event. */
  readonly path: string;
}

/** A schema of delivered events, with the fields that stand in the way of the names. */
export interface ReshapedSchema {
  readonly schema: JsonObject;
  readonly faults: readonly ShapeFault[];
}

/**
 * The schema of what `createReshaper` makes of the values of a schema: whatever the schema takes is, reshaped, valid
 * against the result.
 *
 * @param schema without references
 */
export function reshapeSchema(schema: JsonObject, reshape: CompiledReshape): ReshapedSchema {
  const faults: ShapeFault[] = [];
  const { separator, constant = [] } = reshape;
  const renamed = new Renaming(separator, faults).reshape(schema, nameTree(reshape), []);
  const whole = constant.reduce((known, [path, value]) => withConstant(known, path, value, path, faults), renamed);
  return { schema: whole, faults };
}

class Renaming {
  readonly #separator: string;
  readonly #faults: ShapeFault[];

  constructor(separator: string, faults: ShapeFault[]) {
    this.#separator = separator;
    this.#faults = faults;
  }

  reshape(schema: JsonObject, node: NameNode, path: readonly string[]): JsonObject {
    if (node.children.size === 0) return schema;
    const {
      properties,
      required,
      // Reshaped members are no longer what these say.
      additionalProperties: _others,
      enum: _values,
      const: _constant,
      ...rest
    } = schema;
    const { allOf, ...others } = mapHeld(rest, (inner) => this.reshape(inner, node, path));
    const result = new Members();
    const isSure = (name: string): boolean => Array.isArray(required) && required.includes(name);
    for (const [name, property] of Object.entries(isJsonObject(properties) ? properties : {})) {
      this.#addProperty(result, { name, property, isSure: isSure(name), node, path: [...path, name] });
    }
    // A name that is required without being declared.
    for (const name of Array.isArray(required) ? required : []) {
      if (typeof name !== "string" || (isJsonObject(properties) && Object.hasOwn(properties, name))) continue;
      const child = node.children.get(name);
      if (child === undefined ? !isTaken(node, stepOf(name)) && !name.includes(".") : !child.isFlat) {
        result.required.add(child?.name ?? name);
      }
    }
    return { ...others, ...result.render(Array.isArray(allOf) ? allOf : []) };
  }

  #addProperty(
    result: Members,
    { name, property, isSure, node, path }: Property & { readonly node: NameNode; readonly path: readonly string[] },
  ): void {
    const step = stepOf(name);
    const child = node.children.get(step);
    if (child?.name === undefined && isTaken(node, step)) {
      this.#faults.push({ kind: "taken", path: path.join(".") });
      return;
    }
    if (child === undefined) {
      result.add(name, property, isSure);
      return;
    }
    // A declared name with dots that is reshaped in part: nothing is said of it.
    if (step !== name) return;
    const schema = isJsonObject(property) ? this.reshape(property, child, path) : {};
    const given = child.name ?? name;
    if (child.isFlat && takesType(schema, "object")) {
      this.#flatten(result, given, { schema, isSure: isSure && schema["type"] === "object", path });
      return;
    }
    if (child.isFlat) this.#faults.push({ kind: "no-object", path: path.join(".") });
    result.add(given, schema, isSure);
  }

  /** Adds the leaves below an object. Its own name is left undeclared: members that stay in it may stand there. */
  #flatten(
    result: Members,
    prefix: string,
    {
      schema,
      isSure,
      path,
    }: { readonly schema: JsonObject; readonly isSure: boolean; readonly path: readonly string[] },
  ): void {
    const { properties, required } = schema;
    for (const [name, property] of Object.entries(isJsonObject(properties) ? properties : {})) {
      const steps = name.split(".");
      if (steps.some((step) => isAmbiguousName(step, this.#separator))) {
        this.#faults.push({ kind: "separator", path: [...path, name].join(".") });
        continue;
      }
      const given = [prefix, ...steps].join(this.#separator);
      const isSureHere = isSure && Array.isArray(required) && required.includes(name);
      const leaf = isJsonObject(property) ? property : {};
      if (!takesType(leaf, "object")) result.add(given, leaf, isSureHere);
      else {
        const inner = { schema: leaf, isSure: isSureHere && leaf["type"] === "object", path: [...path, name] };
        this.#flatten(result, given, inner);
        if (leaf["type"] !== "object") result.add(given, withoutObjects(leaf), false);
      }
    }
    const branch = (part: Json): JsonObject => {
      const members = new Members();
      if (isJsonObject(part)) this.#flatten(members, prefix, { schema: part, isSure, path });
      return members.render([]);
    };
    if (Array.isArray(schema["allOf"])) result.also.push(...schema["allOf"].map(branch));
    if (Array.isArray(schema["anyOf"])) result.also.push({ anyOf: schema["anyOf"].map(branch) });
  }
}

interface Property {
  readonly name: string;
  readonly property: Json;
  readonly isSure: boolean;
}

/** The members of an object's schema while they are collected. */
class Members {
  readonly properties: Record<string, Json> = {};
  readonly required = new Set<string>();
  readonly also: JsonObject[] = [];

  add(name: string, schema: Json, isSure: boolean): void {
    this.properties[name] = schema;
    if (isSure) this.required.add(name);
  }

  render(allOf: readonly Json[]): JsonObject {
    const all = [...allOf, ...this.also.filter((one) => Object.keys(one).length > 0)];
    return {
      ...(Object.keys(this.properties).length > 0 && { properties: this.properties }),
      ...(this.required.size > 0 && { required: [...this.required] }),
      ...(all.length > 0 && { allOf: all }),
    };
  }
}

/**
 * Returns the schema with a constant at a path. The objects on the way are made where nothing stands, so every object
 * has the next step. `required` has no effect on a value that is no object.
 */
function withConstant(
  schema: JsonObject,
  [step = "", ...below]: readonly string[],
  value: Json,
  path: readonly string[],
  faults: ShapeFault[],
): JsonObject {
  const { additionalProperties: _others, enum: _values, const: _constant, ...rest } = withoutInBranches(schema, step);
  const properties = isJsonObject(rest["properties"]) ? rest["properties"] : {};
  const known = Object.hasOwn(properties, step) ? properties[step] : undefined;
  const isLeaf = below.length === 0;
  if (isLeaf && known !== undefined) faults.push({ kind: "taken", path: path.join(".") });
  if (!isLeaf && isJsonObject(known) && known["type"] !== undefined && known["type"] !== "object") {
    faults.push({ kind: "no-object", path: path.slice(0, path.length - below.length).join(".") });
  }
  const required = Array.isArray(rest["required"]) ? rest["required"] : [];
  const object = isJsonObject(known) ? known : {};
  const member = isLeaf ? { const: value } : memberAround(object, required.includes(step));
  return {
    ...rest,
    properties: { ...properties, [step]: member },
    required: [...new Set([...required, step])],
  };

  /** The schema of the member that the constant lies in: as it came, or made with the constant alone. */
  function memberAround(object: JsonObject, isThere: boolean): JsonObject {
    const around = (outer: JsonObject): JsonObject => withConstant(outer, below, value, path, faults);
    if (isPlainObject(object)) return around(isThere ? object : withoutRequired(object));
    const present = takesType(object, "object") ? around(object) : object;
    return isThere ? present : { anyOf: [present, around({})] };
  }
}

/** True if nothing but a type and members is said of the objects that a schema takes, and it takes some. */
function isPlainObject(schema: JsonObject): boolean {
  if (schema["type"] !== undefined) return takesType(schema, "object");
  return !["allOf", "anyOf", "const", "enum"].some((keyword) => schema[keyword] !== undefined);
}

/** The same schema without members that have to be there, also in its branches. */
function withoutRequired(schema: JsonObject): JsonObject {
  const { required: _required, minProperties: _minimum, ...rest } = schema;
  return mapBranches(rest, withoutRequired);
}

/** Branches say something of the member that stood there, not of the constant. */
function withoutInBranches(schema: JsonObject, step: string): JsonObject {
  return mapBranches(schema, (branch) => {
    const { additionalProperties: _others, enum: _values, const: _constant, ...rest } = withoutInBranches(branch, step);
    if (!isJsonObject(rest["properties"])) return rest;
    const { [step]: _, ...properties } = rest["properties"];
    return { ...rest, properties };
  });
}

/** The same schema for values that are no objects. */
function withoutObjects(schema: JsonObject): JsonObject {
  const { properties: _properties, required: _required, allOf: _all, anyOf: _any, ...rest } = schema;
  return Array.isArray(rest["type"]) ? { ...rest, type: rest["type"].filter((type) => type !== "object") } : rest;
}

const stepOf = (name: string): string => name.split(".")[0] ?? name;
