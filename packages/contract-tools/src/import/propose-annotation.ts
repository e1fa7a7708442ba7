import type { JsonObject } from "@millrace/schema-graph";

/** Words of a sensitive name, and the annotation that fits. The first that matches counts. */
const byName: readonly (readonly [words: RegExp, annotation: JsonObject])[] = [
  [/e-?mail/, { class: "email", action: "hmac" }],
  [/token|secret|credential|api-?key|password|cvc|cvv/, { class: "credential", action: "drop" }],
  [/phone|mobile/, { class: "phone", action: "mask" }],
  [/(^|-)ip(s|-|$)/, { class: "ip", action: "truncate" }],
  [/card|iban|account/, { class: "payment", action: "mask" }],
  [/post-?code|zip/, { class: "postal-code", action: "truncate", keep: 2 }],
  [/tax|ssn|social/, { class: "national-id", action: "mask" }],
  [/birth/, { class: "birth-date", action: "truncate", keep: 4 }],
  [/street|address/, { class: "address", action: "mask" }],
  [/name/, { class: "name", action: "mask" }],
];

const byFormat: Readonly<Record<string, JsonObject>> = {
  email: { class: "email", action: "hmac" },
  "idn-email": { class: "email", action: "hmac" },
  ipv4: { class: "ip", action: "truncate" },
  ipv6: { class: "ip", action: "truncate" },
};

/** An `x-privacy` annotation for a value that looks sensitive, to be looked at by somebody. */
export function proposeAnnotation(schema: JsonObject, name: string | undefined): JsonObject {
  const { format, propertyNames } = schema;
  // Names of properties are no values: a scan looks at them.
  if (propertyNames !== undefined) return { class: "free-text", action: "scan" };
  const fitting = typeof format === "string" && Object.hasOwn(byFormat, format) ? byFormat[format] : undefined;
  if (fitting !== undefined) return fitting;
  const words = (name ?? "")
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replaceAll("_", "-")
    .toLowerCase();
  return byName.find(([expression]) => expression.test(words))?.[1] ?? { class: "sensitive", action: "mask" };
}
