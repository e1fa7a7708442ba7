import type { Json } from "./json.ts";

/** One step of a JSON Pointer, escaped. */
export function pointerStep(key: string | number): string {
  return `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

export function parsePointer(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The JSON Pointer of some steps. */
export function pointerOf(steps: readonly (string | number)[]): string {
  return steps.map(pointerStep).join("");
}

/** The value a JSON Pointer names, `undefined` when there is none. */
export function valueAt(root: Json, pointer: string): Json | undefined {
  return valueBelow(root, parsePointer(pointer));
}

/** The value at some steps below another, `undefined` when there is none. */
export function valueBelow(root: Json, steps: readonly string[]): Json | undefined {
  let value: Json | undefined = root;
  for (const step of steps) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = Array.isArray(value) ? value[Number(step)] : value[step];
  }
  return value;
}
