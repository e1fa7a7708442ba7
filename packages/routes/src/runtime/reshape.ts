import { isObject, type JsonObject, setMember } from "./own-members.ts";

/** The names a destination's events get; plain JSON. Paths are those of the enriched event but for `constant`. */
export interface CompiledReshape {
  /** Field → its new name, in the same object. */
  readonly rename?: readonly (readonly [path: readonly string[], name: string])[];
  /** Objects whose members move into the object around them. */
  readonly flatten?: readonly (readonly string[])[];
  /** Between the names of a flattened member. */
  readonly separator: string;
  /** Field of the delivered event → its value. */
  readonly constant?: readonly (readonly [path: readonly string[], value: ConstantValue])[];
}

export type ConstantValue = string | number | boolean | null;

/**
 * A function that gives the events of a destination their names: it renames, then flattens, then adds constants.
 *
 * - Inside an array a path holds for every element. A key with dots is as many steps.
 * - A name that reshaping gives belongs to it: a field of the event that has the name itself is left out.
 * - Only objects are flattened, down to values and arrays. Members whose names would make a flattened name ambiguous
 *   stay in their object.
 * - A constant makes the objects on its way; where something else stands there, the constant is left out.
 *
 * The event given is not changed; parts that keep their names are shared with it.
 */
export function createReshaper(reshape: CompiledReshape) {
  const { separator, constant = [] } = reshape;
  const names = nameTree(reshape);
  const constants = createConstants(constant);
  return (event: JsonObject): JsonObject => {
    const renamed = names.children.size === 0 ? event : reshapeObject(event, names, separator);
    return constants.children.size === 0 ? renamed : (withConstants(constants, renamed) as JsonObject);
  };
}

/**
 * True where a member of this name cannot be part of a flattened name that is to be told apart from all others: the
 * separator is in it, or touches it.
 */
export function isAmbiguousName(name: string, separator: string): boolean {
  const [mark = ""] = separator;
  return name === "" || name.includes(separator) || name.startsWith(mark) || name.endsWith(mark);
}

/** The new name of a field, and those of the fields below it. */
export interface NameNode {
  name: string | undefined;
  isFlat: boolean;
  readonly children: Map<string, NameNode>;
  /** Names below that reshaping gives, and beginnings of such names. */
  readonly given: Set<string>;
  readonly beginnings: string[];
}

/** The new names by the steps of their paths. */
export function nameTree({ rename = [], flatten = [], separator }: CompiledReshape): NameNode {
  const names = createNode();
  for (const [path, name] of rename) nodeAt(names, path).name = name;
  for (const path of flatten) nodeAt(names, path).isFlat = true;
  reserveNames(names, separator);
  return names;
}

function createNode(): NameNode {
  return { name: undefined, isFlat: false, children: new Map(), given: new Set(), beginnings: [] };
}

function nodeAt(root: NameNode, path: readonly string[]): NameNode {
  let node = root;
  for (const step of path) {
    const known = node.children.get(step) ?? createNode();
    node.children.set(step, known);
    node = known;
  }
  return node;
}

function reserveNames(node: NameNode, separator: string): void {
  for (const [step, child] of node.children) {
    if (child.name !== undefined) node.given.add(child.name);
    if (child.isFlat) node.beginnings.push(`${child.name ?? step}${separator}`);
    reserveNames(child, separator);
  }
}

/** True for a name that reshaping gives in an object: a field that has it itself is left out. */
export function isTaken({ given, beginnings }: NameNode, step: string): boolean {
  return given.has(step) || beginnings.some((beginning) => step.startsWith(beginning));
}

function reshapeValue(value: unknown, node: NameNode, separator: string): unknown {
  if (Array.isArray(value)) return value.map((item) => reshapeValue(item, node, separator));
  return isObject(value) ? reshapeObject(value, node, separator) : value;
}

function reshapeObject(object: JsonObject, node: NameNode, separator: string): JsonObject {
  if (node.children.size === 0) return object;
  const reshaped: Record<string, unknown> = {};
  for (const key of Object.keys(object)) {
    const dot = key.indexOf(".");
    const step = dot < 0 ? key : key.slice(0, dot);
    const child = node.children.get(step);
    if (child?.name === undefined && isTaken(node, step)) continue;
    if (child === undefined) {
      setMember(reshaped, key, object[key]);
      continue;
    }
    const name = child.name ?? step;
    // A key with dots is an object with one member, and stays a key with dots.
    const value = dot < 0 ? object[key] : { [key.slice(dot + 1)]: object[key] };
    const inner = reshapeValue(value, child, separator);
    if (child.isFlat && isObject(inner)) {
      const rest = flattenInto(reshaped, name, inner, separator);
      if (rest !== undefined) setMember(reshaped, name, rest);
    } else if (dot < 0) setMember(reshaped, name, inner);
    else for (const [tail, member] of Object.entries(inner as JsonObject)) reshaped[`${name}.${tail}`] = member;
  }
  return reshaped;
}

/** Puts the values below an object beside it; answers with the members that have to stay in it. */
function flattenInto(
  target: Record<string, unknown>,
  prefix: string,
  object: JsonObject,
  separator: string,
): JsonObject | undefined {
  let rest: Record<string, unknown> | undefined;
  for (const [key, value] of Object.entries(object)) {
    const steps = key.split(".");
    let left: unknown = value;
    if (!steps.some((step) => isAmbiguousName(step, separator))) {
      const name = [prefix, ...steps].join(separator);
      left = isObject(value) ? flattenInto(target, name, value, separator) : undefined;
      if (!isObject(value)) setMember(target, name, value);
    }
    if (left !== undefined) setMember((rest ??= {}), key, left);
  }
  return rest;
}

/** Constants by the steps of their paths: a value, or those below. */
interface ConstantNode {
  value?: ConstantValue;
  readonly children: Map<string, ConstantNode>;
}

function createConstants(constants: NonNullable<CompiledReshape["constant"]>): ConstantNode {
  const root: ConstantNode = { children: new Map() };
  for (const [path, value] of constants) {
    let node = root;
    for (const step of path) {
      const known = node.children.get(step) ?? { children: new Map<string, ConstantNode>() };
      node.children.set(step, known);
      node = known;
    }
    node.value = value;
  }
  return root;
}

function withConstants(node: ConstantNode, value: unknown = {}): unknown {
  if (!isObject(value)) return value;
  const whole: Record<string, unknown> = {};
  for (const key of Object.keys(value)) if (!isConstantAt(node, key.split("."))) setMember(whole, key, value[key]);
  for (const [step, child] of node.children) {
    const known = Object.hasOwn(whole, step) ? whole[step] : undefined;
    setMember(whole, step, child.value === undefined ? withConstants(child, known) : child.value);
  }
  return whole;
}

/** True if a constant stands at a path or above it. */
function isConstantAt(node: ConstantNode, [step = "", ...below]: readonly string[]): boolean {
  const child = node.children.get(step);
  if (child === undefined) return false;
  return child.value !== undefined || (below.length > 0 && isConstantAt(child, below));
}
