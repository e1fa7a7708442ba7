import type { ValidationError } from "@millrace/event-contracts";
import type { SchemaError } from "@millrace/event-contracts";
import { NumberText } from "@millrace/event-pattern";
import { pointerKeys, valueAt } from "@millrace/enrichments";
import { allDetectors, scanText } from "@millrace/sensitive-text";
import { pointerStep } from "../json-value.ts";
import { MAX_QUOTED_LENGTH, MAX_VALIDATION_ERRORS } from "../limits.ts";

/**
 * Turns errors of a validator into those written onto the event.
 *
 * Values are quoted from the *masked* data, and not at all where masking changed something: sensitive values are gone
 * before any value is quoted. Paths hold names of properties, which are scanned, and end at a masked value.
 *
 * @param errors as the validator reported them, before masking
 * @param maskedData the data after masking
 * @param maskedPaths JSON Pointers of the masked values
 */
export function describeErrors(
  errors: readonly SchemaError[],
  maskedData: unknown,
  maskedPaths: ReadonlySet<string>,
): ValidationError[] {
  return errors.slice(0, MAX_VALIDATION_ERRORS).map((error) => describeError(error, maskedData, maskedPaths));
}

function describeError(error: SchemaError, maskedData: unknown, maskedPaths: ReadonlySet<string>): ValidationError {
  const property = concernedProperty(error);
  const expected = describeExpected(error);
  const actual = property === undefined ? quoteActual(error.instancePath, maskedData, maskedPaths) : undefined;
  return {
    path: describePath(`/data${error.instancePath}${property === undefined ? "" : pointerStep(property)}`, maskedPaths),
    keyword: error.keyword,
    message: error.message?.toWellFormed() ?? `must pass "${error.keyword}"`,
    ...(expected === undefined ? {} : { expected }),
    ...(actual === undefined ? {} : { actual }),
  };
}

/** Returns a place in an event, shortened so that it never leads into a masked value: property names are values too. */
export function describePath(pointer: string, maskedPaths: ReadonlySet<string>): string {
  let path = "";
  for (const key of pointerKeys(pointer)) {
    if (maskedPaths.has(path)) break;
    path += pointerStep(key);
  }
  return scanText(path.toWellFormed(), allDetectors).text;
}

/** The property an error is about, where the validator reports the object around it. */
function concernedProperty({ keyword, params }: SchemaError): string | undefined {
  const name =
    keyword === "required" || keyword === "dependentRequired" || keyword === "dependencies"
      ? params["missingProperty"]
      : keyword === "additionalProperties"
        ? params["additionalProperty"]
        : keyword === "unevaluatedProperties"
          ? params["unevaluatedProperty"]
          : undefined;
  return typeof name === "string" ? name : undefined;
}

/** Returns the schema's demand. All of it comes from the schema. */
function describeExpected({ keyword, params }: SchemaError): unknown {
  if (keyword === "enum") return params["allowedValues"];
  if (keyword === "const") return params["allowedValue"];
  if ("comparison" in params && "limit" in params) return `${String(params["comparison"])} ${String(params["limit"])}`;
  for (const name of ["type", "format", "pattern", "limit", "multipleOf"]) {
    if (name in params) return params[name];
  }
  return undefined;
}

function quoteActual(instancePath: string, maskedData: unknown, maskedPaths: ReadonlySet<string>): unknown {
  let path = "/data";
  if (maskedPaths.has(path)) return undefined;
  const keys = pointerKeys(instancePath);
  for (const key of keys) {
    path += pointerStep(key);
    if (maskedPaths.has(path)) return undefined;
  }
  const value = valueAt(maskedData, keys);
  if (typeof value === "string") {
    return value.length > MAX_QUOTED_LENGTH ? `${value.slice(0, MAX_QUOTED_LENGTH).toWellFormed()}…` : value;
  }
  if (Array.isArray(value)) return `array of ${value.length}`;
  if (value instanceof NumberText) return value;
  return typeof value === "object" && value !== null ? "object" : value;
}
