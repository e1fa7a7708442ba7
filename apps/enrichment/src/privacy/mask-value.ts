import { type MaskedField, nameLetters, type PrivacyDetector, type PrivacyRule } from "@millrace/event-contracts";
import { NumberText } from "@millrace/event-pattern";
import {
  allDetectors,
  hasCardForm,
  isCardNumber,
  isCredentialName,
  MAX_NAME_LENGTH,
  scanText,
} from "@millrace/sensitive-text";
import { findFreeName, type JsonObject, pointerStep, setProperty } from "../json-value.ts";
import { applyRule, maskedText } from "./apply-rule.ts";
import { maskInnerText } from "./mask-inner-text.ts";
import type { ScanText } from "../memory/masking-memory.ts";
import type { MaskingLog } from "./masking-log.ts";
import type { Pseudonymizer } from "./privacy-keys.ts";
import type { PrivacyState } from "./privacy-state.ts";

/** State of a walk through one event. */
export interface MaskingContext {
  readonly pseudonymizer: Pseudonymizer;
  readonly log: MaskingLog;
  /** A text may hold JSON, also one whose contract has no more to say than that it is text. */
  readonly mayHoldJson: boolean;
  /** Texts of JSON around the value. */
  readonly innerTexts?: number;
}

/** Looks for nothing: only annotated values are masked. */
export const noDetectors: readonly PrivacyDetector[] = [];

/**
 * Masks a value in place and returns the value that takes its place; `undefined` when it was dropped.
 *
 * @param value a value as `JSON.parse` or `parseKeepingSpelling` makes it
 * @param path JSON Pointer of the value in the event
 * @param detectors kinds of finding to search every text for, here and below, names of properties included; all kinds
 * below an undeclared value
 */
export function maskValue(
  value: unknown,
  reached: PrivacyState,
  path: string,
  detectors: readonly PrivacyDetector[],
  context: MaskingContext,
): unknown {
  // A value that may break its contract may stand where the contract has a list.
  const state = !reached.isUndeclared || Array.isArray(value) ? reached : reached.single();
  const { rule } = state;
  if (rule !== undefined && rule.action !== "scan") return maskByRule(value, rule, path, context);
  if (typeof value === "string" && detectors.length === 0 && !state.isUndeclared && !context.mayHoldJson) {
    return scanRemembered(value, state.scan, path, context.log);
  }
  const wanted = wantedAt(state, detectors);
  if (typeof value === "string") return maskText(value, state, path, wanted, context);
  if (typeof value === "object" && value !== null && !(value instanceof NumberText)) {
    if (wanted.length > 0 || context.mayHoldJson || !state.isBarren) maskChildren(value, state, path, wanted, context);
    return value;
  }
  return wanted.length === 0 ? value : scanValue(value, wanted, path, context.log);
}

function wantedAt({ isUndeclared, rule }: PrivacyState, above: readonly PrivacyDetector[]): readonly PrivacyDetector[] {
  if (isUndeclared) return allDetectors;
  if (rule === undefined) return above;
  const own = rule.detect ?? allDetectors;
  return above.length === 0 ? own : allDetectors.filter((each) => above.includes(each) || own.includes(each));
}

/** Applies a rule to a value and returns the value that takes its place; `undefined` when it was dropped. */
export function maskByRule(value: unknown, rule: PrivacyRule, path: string, context: MaskingContext): unknown {
  if (value === null || value === undefined) return value;
  const outcome = applyRule(value, rule, context.pseudonymizer, context.log.memory);
  const field: MaskedField = { path, class: rule.class, action: rule.action };
  if (outcome.isDropped) {
    context.log.add(field);
    return undefined;
  }
  if (outcome.pseudonym !== undefined) field.keyId = outcome.pseudonym.keyId;
  if (outcome.alternates !== undefined) field.alternates = [...outcome.alternates];
  context.log.add(field);
  return outcome.value;
}

function maskChildren(
  value: object,
  state: PrivacyState,
  path: string,
  detectors: readonly PrivacyDetector[],
  context: MaskingContext,
): void {
  if (Array.isArray(value)) {
    maskElements(value as unknown[], state.element(), path, detectors, context);
    return;
  }
  const object = value as JsonObject;
  if (state.isUndeclared) {
    maskUndeclared(object, state, path, context);
    return;
  }
  if (detectors.length > 0) {
    for (const key of Object.keys(object)) {
      maskNamedProperty(object, key, state.property(key), path, detectors, context);
    }
    return;
  }
  const properties = context.mayHoldJson ? undefined : state.properties();
  if (properties !== undefined) {
    for (const { key, step, state: next, isInherited } of properties) {
      const before = object[key];
      if (before === undefined || (isInherited && !Object.hasOwn(object, key))) continue;
      // Scanned texts have no finding, nearly always. Then no path is needed.
      if (typeof before === "string" && next.scan !== undefined && next.scan(before) === undefined) continue;
      maskProperty(object, key, next, path + step, detectors, context);
    }
    return;
  }
  for (const key of Object.keys(object)) {
    const next = state.property(key);
    if (next.isUndeclared) maskNamedProperty(object, key, next, path, allDetectors, context);
    else if (!next.isBarren || context.mayHoldJson) {
      maskProperty(object, key, next, path + pointerStep(key), detectors, context);
    }
  }
}

/** Names of properties tell what a value is, and so do names that are values: `{ "name": "email", "value": … }`. */
function maskUndeclared(object: JsonObject, state: PrivacyState, path: string, context: MaskingContext): void {
  const keys = Object.keys(object);
  const told = keys.some(isNameOfValue) ? stateToldBy(object, keys, state) : undefined;
  for (const key of keys) {
    const next = told !== undefined && isNameOfValue(key) ? told : state.property(key);
    maskNamedProperty(object, key, next, path, allDetectors, context);
  }
}

const namesOfValues = new Set(["value", "values", "val", "v", "content", "text", "data", "answer"]);
const namesOfNames = new Set([
  "name",
  "key",
  "field",
  "fieldname",
  "property",
  "attribute",
  "label",
  "id",
  "k",
  "question",
]);

const isNameOfValue = (key: string): boolean => namesOfValues.has(key.toLowerCase());

/** Where the value of an object leads that is a pair of a name and a value. */
function stateToldBy(object: JsonObject, keys: readonly string[], state: PrivacyState): PrivacyState | undefined {
  for (const key of keys) {
    const name = object[key];
    if (typeof name !== "string" || !namesOfNames.has(nameLetters(key))) continue;
    const told = stateOfPair(name, state);
    if (told !== undefined) return told;
  }
  return undefined;
}

/** Returns the state of a pair's value if the name of the pair shows that the value is sensitive. */
function stateOfPair(name: string, state: PrivacyState): PrivacyState | undefined {
  if (name.length > MAX_NAME_LENGTH) return undefined;
  if (isCredentialName(name)) return secretState(state.anywhere());
  const { rule } = state.anywhere().property(name);
  return rule === undefined ? undefined : state.anywhere().property(name);
}

function maskElements(
  values: unknown[],
  element: PrivacyState,
  path: string,
  detectors: readonly PrivacyDetector[],
  context: MaskingContext,
): void {
  if (detectors.length === 0 && element.isBarren && !context.mayHoldJson) return;
  const [name] = values;
  const isPair = element.isUndeclared && values.length === 2 && typeof name === "string";
  const second = isPair ? (stateOfPair(name, element) ?? element) : element;
  for (let index = 0; index < values.length; index++) {
    // JSON writes what was dropped as null, so that the other elements keep their places.
    const before = values[index];
    values[index] = maskValue(before, index === 1 ? second : element, `${path}/${index}`, detectors, context);
    if (values[index] !== before) context.log.isRestructured = true;
  }
}

function maskProperty(
  object: JsonObject,
  key: string,
  state: PrivacyState,
  path: string,
  detectors: readonly PrivacyDetector[],
  context: MaskingContext,
): void {
  const before = object[key];
  context.log.replace(object, key, before, maskValue(before, state, path, detectors, context));
}

/**
 * Masks a property and its name. A name is text too (`{"ada@example.com": 1}`), and it may reveal the value's kind
 * (`password`).
 *
 * @param named where the property leads
 */
export function maskNamedProperty(
  object: JsonObject,
  key: string,
  named: PrivacyState,
  path: string,
  detectors: readonly PrivacyDetector[],
  context: MaskingContext,
): void {
  const { text, found } = scanText(key, detectors);
  const next = isSecret(object[key], key) ? secretState(named) : named;
  if (found.length === 0) {
    maskProperty(object, key, next, path + pointerStep(key), detectors, context);
    return;
  }
  const name = findFreeName(object, text);
  const renamedPath = path + pointerStep(name);
  const value = maskValue(object[key], next, renamedPath, detectors, context);
  // oxlint-disable-next-line typescript/no-dynamic-delete -- the name itself must go
  delete object[key];
  setProperty(object, name, value);
  context.log.isRestructured = true;
  for (const detector of found) context.log.add({ path: renamedPath, class: detector, action: "scan" });
}

function isSecret(value: unknown, key: string): boolean {
  return value !== null && typeof value !== "boolean" && isCredentialName(key);
}

const secretRule: PrivacyRule = { class: "secret", action: "mask" };

/** Returns the state of a credential: the contract's rule, unless the contract only declares text to scan. */
function secretState(state: PrivacyState): PrivacyState {
  if (state.rule !== undefined && state.rule.action !== "scan") return state;
  const secret: PrivacyState = { ...state, rule: secretRule, single: () => secret };
  return secret;
}

/** Scans the text of a field that is scanned in every event of its contract. */
export function scanRemembered(text: string, scan: ScanText | undefined, path: string, log: MaskingLog): string {
  const scanned = scan?.(text);
  if (scanned === undefined) return text;
  for (const detector of scanned.found) log.add({ path, class: detector, action: "scan" });
  return scanned.text;
}

/** Masks an undeclared or scanned text: first the JSON or pairs inside of it, then findings in the rest. */
function maskText(
  text: string,
  state: PrivacyState,
  path: string,
  detectors: readonly PrivacyDetector[],
  context: MaskingContext,
): string {
  const inner = maskInnerText(text, state.undeclared(), path, context, maskValue);
  if (inner?.isWhole === true) return inner.text;
  const rest = inner?.text ?? text;
  if (detectors.length === 0) return rest === text ? scanRemembered(text, state.scan, path, context.log) : rest;
  const { text: scanned, found } = scanText(rest, detectors);
  for (const detector of found) context.log.add({ path, class: detector, action: "scan" });
  return scanned;
}

function scanValue(value: unknown, detectors: readonly PrivacyDetector[], path: string, log: MaskingLog): unknown {
  if (detectors.includes("card") && isNumberOfCard(value)) {
    log.add({ path, class: "card", action: "scan" });
    return maskedText;
  }
  return value;
}

/** Of a number by its text, the digits before the point are looked at, and the double that readers make of it. */
function isNumberOfCard(value: unknown): boolean {
  if (typeof value === "number") return mayBeCardNumber(value);
  if (!(value instanceof NumberText)) return false;
  const whole = /^\d+/u.exec(value.text)?.[0] ?? "";
  return isCardNumber(whole) || (whole !== value.text && mayBeCardNumber(Number(value.text)));
}

/** The last digits of a long number are not what was sent, and with them its check digit: it counts as right. */
function mayBeCardNumber(value: number): boolean {
  const digits = String(value);
  return Number.isSafeInteger(value) ? isCardNumber(digits) : hasCardForm(digits);
}
