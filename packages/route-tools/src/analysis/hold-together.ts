import type { Criterion } from "@millrace/event-pattern";
import { whyNowhere } from "./can-hold.ts";
import type { Location, SchemaReader } from "./schema-shapes.ts";

/** A field below a place and the criteria of which one must hold. */
export interface FieldBelow {
  readonly steps: readonly string[];
  readonly anyOf: readonly Criterion[];
}

/**
 * True if one value at a place can hold all fields, and where schemas do not tell. Each way through `oneOf` and `anyOf`
 * is followed by itself: the fields of two alternatives are never there together.
 */
export function canHoldTogether(
  location: Location,
  fields: readonly FieldBelow[],
  reader: SchemaReader,
  isInArray = false,
): boolean {
  if (location.isOpen) return true;
  const isArray = isInArray || location.shapes.some((shape) => shape.some(({ schema }) => schema["type"] === "array"));
  return location.shapes.some((shape) => {
    const here: Location = { shapes: [shape], isOpen: false };
    return [...Map.groupBy(fields, ({ steps: [key = ""] }) => key)].every(([key, of]) => {
      const below = of.map(({ steps, anyOf }) => ({ steps: steps.slice(1), anyOf }));
      const mayBeAbsent = isArray || !reader.requires(here, key);
      if (mayBeAbsent && below.every(({ anyOf }) => anyOf.some(({ op }) => op === "absent"))) return true;
      const child = reader.child(here, key);
      const [leaves, inner] = [below.filter(({ steps }) => steps.length === 0), below.filter(({ steps }) => steps[0])];
      const areLeaves = leaves.every(({ anyOf }) =>
        anyOf.some(
          (one) => one.op !== "absent" && isThere(child) && whyNowhere(one, [{ location: child }]) === undefined,
        ),
      );
      return areLeaves && (inner.length === 0 || canHoldTogether(child, inner, reader, isArray));
    });
  });
}

const isThere = ({ shapes, isOpen }: Location): boolean => isOpen || shapes.length > 0;
