import { isDeepStrictEqual } from "node:util";
import type { Block } from "../schemas/schema.ts";
import { forcesNew, recomputed } from "./behaviour.ts";
import { isList, isObject, type ObjectValue, Unknown, unknown, type Value } from "./dynamic-value.ts";

interface PlannedChange {
  readonly planned: ObjectValue;
  /** Attributes whose change replaces the resource. */
  readonly requiresReplace: readonly string[];
}

/**
 * Plans as providers do. A computed value that is not configured is unknown in a new resource. An update keeps it,
 * unless the change makes a new one.
 */
export function planChange(
  type: string,
  block: Block,
  prior: ObjectValue | undefined,
  proposed: ObjectValue,
  defaultTags: ObjectValue,
): PlannedChange {
  const tagged = withAllTags(block, proposed, defaultTags);
  if (prior === undefined) return { planned: fillUnknown(block, tagged), requiresReplace: [] };
  const changed = Object.keys(tagged).filter((name) => !isDeepStrictEqual(plain(prior[name]), plain(tagged[name])));
  const renewed = recomputed(type, changed).map((name) => [name, unknown] as const);
  return {
    planned: { ...fillNewBlocks(block, prior, tagged), ...Object.fromEntries(renewed) },
    requiresReplace: forcesNew(type).filter((name) => changed.includes(name)),
  };
}

/** `tags_all` is what the resource gets: its own tags over the provider's. */
function withAllTags(block: Block, value: ObjectValue, defaultTags: ObjectValue): ObjectValue {
  if (!block.attributes.some(({ name }) => name === "tags_all")) return value;
  const own = value["tags"];
  if (own instanceof Unknown) return { ...value, tags_all: unknown };
  return { ...value, tags_all: { ...defaultTags, ...(isObject(own) ? own : {}) } };
}

export function fillUnknown(block: Block, value: ObjectValue): ObjectValue {
  const filled: Record<string, Value> = { ...value };
  for (const { name, computed } of block.attributes) {
    if (computed && (filled[name] ?? null) === null) filled[name] = unknown;
  }
  for (const { name, block: inner } of block.blocks)
    filled[name] = eachBlock(value[name] ?? null, (item) => fillUnknown(inner, item));
  return filled;
}

/** Blocks that an update adds have computed attributes of their own, which nothing has given a value yet. */
function fillNewBlocks(block: Block, prior: ObjectValue, value: ObjectValue): ObjectValue {
  const changed = block.blocks.filter(({ name }) => !isDeepStrictEqual(plain(prior[name]), plain(value[name])));
  const filled = changed.map(({ name, block: inner }) => [
    name,
    eachBlock(value[name] ?? null, (item) => fillUnknown(inner, item)),
  ]);
  return { ...value, ...(Object.fromEntries(filled) as ObjectValue) };
}

/** The nested objects of a block, mapped. */
export function eachBlock(value: Value, map: (item: ObjectValue) => ObjectValue): Value {
  if (isList(value)) return value.map((item) => (isObject(item) ? map(item) : item));
  return isObject(value) ? map(value) : value;
}

/** Bytes and lists of one realm: values from JSON and from messages compare alike. */
function plain(value: Value | undefined): unknown {
  if (value === undefined || value === null) return null;
  if (value instanceof Unknown) return unknown;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (isList(value)) return value.map((item) => plain(item));
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
  return value;
}
