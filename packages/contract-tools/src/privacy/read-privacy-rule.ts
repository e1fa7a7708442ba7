import { isJsonObject, type Json } from "@millrace/schema-graph";
import type { PrivacyAction, PrivacyDetector, PrivacyRule } from "@millrace/event-contracts";

const actions: readonly string[] = ["drop", "mask", "hmac", "truncate", "scan"] satisfies PrivacyAction[];
const detectors: readonly string[] = ["email", "card", "iban", "ip", "phone", "secret"] satisfies PrivacyDetector[];

/** Returns the faults of an `x-privacy` annotation; empty when it is sound. */
export function privacyRuleFaults(annotation: Json): string[] {
  if (!isJsonObject(annotation)) return ["x-privacy is an object with `class` and `action`."];
  const faults: string[] = [];
  const { class: className, action, keep, detect, ...others } = annotation;
  if (typeof className !== "string" || className === "") faults.push('`class` is a non-empty string, e.g. "email".');
  if (typeof action !== "string" || !actions.includes(action))
    faults.push(`\`action\` is one of ${actions.join(", ")}.`);
  if (keep !== undefined && !(action === "truncate" && Number.isInteger(keep) && Number(keep) >= 0)) {
    faults.push("`keep` goes with `truncate` and is a number of characters.");
  }
  if (detect !== undefined && !(action === "scan" && isListOfDetectors(detect))) {
    faults.push(`\`detect\` goes with \`scan\` and lists some of ${detectors.join(", ")}.`);
  }
  for (const key of Object.keys(others)) faults.push(`\`${key}\` is not known.`);
  return faults;
}

function isListOfDetectors(value: Json): boolean {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((name) => typeof name === "string" && detectors.includes(name))
  );
}

/** Reads an annotation. One that is not sound drops the value: a misspelt annotation must not let it through. */
export function readPrivacyRule(annotation: Json): PrivacyRule {
  if (privacyRuleFaults(annotation).length > 0) return { class: "unreadable-annotation", action: "drop" };
  return annotation as unknown as PrivacyRule;
}
