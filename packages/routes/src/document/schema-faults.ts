import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import { closestName } from "../closest-name.ts";
import type { Fault } from "./fault.ts";
import { pointerStep } from "./pointer-step.ts";
import { routeDocumentSchema } from "./route-document-schema.ts";

type Draft = Omit<Fault, "file" | "severity">;

/** `verbose` gives each error the schema it broke, from which the remedy is taken. */
const validate = new Ajv2020({ allErrors: true, verbose: true, allowUnionTypes: true, strictTuples: false }).compile(
  routeDocumentSchema,
);

/**
 * Returns the faults that the JSON Schema of route documents finds in a value. Patterns are left to event-pattern,
 * which has better messages; branches of an alternative are told as one.
 */
export function schemaFaults(value: unknown): Draft[] {
  if (validate(value)) return [];
  const errors = (validate.errors ?? []).filter(
    (error) =>
      !/^\/routes\/[0-9]+\/pattern(\/|$)/.test(error.instancePath) && !/\/oneOf\/[0-9]+\//.test(error.schemaPath),
  );
  return errors.map(describe);
}

function describe(error: ErrorObject): Draft {
  const pointer = error.instancePath;
  const params = error.params as Readonly<Record<string, unknown>>;
  const described = (message: string, fix: string, at = pointer): Draft => ({
    pointer: at,
    rule: `schema-${error.keyword.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    message,
    fix,
  });
  const hint = (error.parentSchema as { description?: string } | undefined)?.description ?? "See the schema.";
  switch (error.keyword) {
    case "required":
      return described(`Property "${String(params["missingProperty"])}" is missing.`, "Add it.");
    case "additionalProperties": {
      const unknown = String(params["additionalProperty"]);
      const known = Object.keys((error.parentSchema as { properties?: object } | undefined)?.properties ?? {});
      const closest = closestName(unknown, known);
      return described(
        `"${unknown}" is not a property here.`,
        closest === undefined ? `Remove it; known are ${known.join(", ")}.` : `Did you mean "${closest}"?`,
        pointer + pointerStep(unknown),
      );
    }
    case "type":
      return described(`Expected ${String(params["type"])}, got ${typeName(error.data)}.`, hint);
    case "oneOf": {
      const names = (error.schema as readonly { readonly required: readonly string[] }[]).flatMap(
        (one) => one.required,
      );
      return described(`Expected one of ${names.join(", ")}.`, hint);
    }
    case "enum":
      return described(
        `${JSON.stringify(error.data)} is not allowed.`,
        `Use one of ${JSON.stringify(params["allowedValues"])}.`,
      );
    case "not":
      return described(
        `${JSON.stringify(error.data)} is a stream of the pipeline itself.`,
        "Choose another stream name.",
      );
    case "pattern":
      return described(`${JSON.stringify(error.data)} does not fit ${String(params["pattern"])}.`, hint);
    default:
      return described(`The value ${error.message ?? "is wrong"}.`, hint);
  }
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
