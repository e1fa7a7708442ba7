import type { JsonObject } from "@millrace/contract-tools/registry";
import type { FieldPath, FieldSelector } from "@millrace/routes/runtime";
import { isJsonObject, mapBranches } from "@millrace/schema-graph";

/** A selector that every copy has, and others of which every copy has at least one. */
export interface Selection {
  readonly always: FieldSelector;
  readonly oneOf: readonly FieldSelector[];
}

/** How a selector takes a place: whole, not at all, or by what is below it. */
type Choice = "whole" | "nothing" | FieldSelector;

/**
 * The schema of what `projectEvent` leaves of the values of a schema. A field is required where every copy has it, and
 * declared where some copy may.
 *
 * @param schema without references
 * @returns undefined when no copy has the value
 */
export function projectSchema(schema: JsonObject, { always, oneOf }: Selection): JsonObject | undefined {
  return project(schema, chosenBy(always), oneOf.map(chosenBy));
}

function project(schema: JsonObject, always: Choice, oneOf: readonly Choice[]): JsonObject | undefined {
  if (always === "whole" || oneOf.every((choice) => choice === "whole")) return schema;
  if (always === "nothing" && oneOf.every((choice) => choice === "nothing")) return undefined;
  const {
    properties,
    required,
    items,
    prefixItems: _tuple,
    additionalProperties: _others,
    minItems: _least,
    // A value in parts is another value.
    enum: _values,
    const: _constant,
    ...rest
  } = schema;
  const result = mapBranches(rest, (branch) => project(branch, always, oneOf) ?? {});
  if (isJsonObject(items)) {
    const element = project(items, always, oneOf);
    if (element !== undefined) result["items"] = element;
  }
  const declared = isJsonObject(properties) ? properties : {};
  const shown: JsonObject = {};
  for (const [name, property] of Object.entries(declared)) {
    const member = isJsonObject(property)
      ? project(
          property,
          below(always, name),
          oneOf.map((one) => below(one, name)),
        )
      : {};
    if (member !== undefined) shown[name] = member;
  }
  if (Object.keys(shown).length > 0) result["properties"] = shown;
  if (Array.isArray(required)) {
    const sure = required.filter((name): name is string => {
      if (typeof name !== "string") return false;
      const isSure = (choice: Choice): boolean => leavesSomething(below(choice, name), declared[name]);
      return isSure(always) || oneOf.every(isSure);
    });
    if (sure.length > 0) result["required"] = sure;
  }
  return result;
}

/** True if a value is there whenever it was before: an object stays one, perhaps without members. */
function leavesSomething(choice: Choice, schema: unknown): boolean {
  if (typeof choice === "string") return choice === "whole";
  return !choice.isKeep || (isJsonObject(schema) && (schema["type"] === "object" || schema["type"] === "array"));
}

function below(choice: Choice, name: string): Choice {
  if (typeof choice === "string") return choice;
  return chosenBy({ isKeep: choice.isKeep, paths: stepInto(choice.paths, name) });
}

/** A key with dots is as many steps, as `projectEvent` has it. */
function stepInto(paths: readonly FieldPath[], name: string): FieldPath[] {
  const steps = name.split(".");
  return paths
    .filter((path) => path.every((step, index) => index >= steps.length || step === steps[index]))
    .map((path) => path.slice(steps.length));
}

function chosenBy(selector: FieldSelector): Choice {
  const isNamed = selector.paths.some((path) => path.length === 0);
  if (isNamed) return selector.isKeep ? "whole" : "nothing";
  if (selector.paths.length === 0) return selector.isKeep ? "nothing" : "whole";
  return selector;
}
