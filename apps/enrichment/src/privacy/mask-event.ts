import type { PrivacyDetector, PrivacyMap, RawEvent } from "@millrace/event-contracts";
import type { CompiledContracts } from "@millrace/event-contracts";
import { BoundedCache, rememberLast } from "@millrace/enrichments/bounded-cache";
import { allDetectors, scanText } from "@millrace/sensitive-text";
import { pointerStep } from "../json-value.ts";
import {
  maskByRule,
  maskNamedProperty,
  type MaskingContext,
  maskValue,
  noDetectors,
  scanRemembered,
} from "./mask-value.ts";
import { MaskingLog } from "./masking-log.ts";
import type { Pseudonymizer } from "./privacy-keys.ts";
import { compilePrivacyMaps, type PrivacyState } from "./privacy-state.ts";
import type { MaskingMemory, ScanText } from "../memory/masking-memory.ts";

/** Which annotations concern an event, and whether it can be trusted to keep to them. */
export interface MaskingOrder {
  readonly schemaIds: readonly string[] | "all";
  /**
   * It follows its contract: nothing sensitive lies where no annotation is, but for what the contract does not declare.
   */
  readonly isValid: boolean;
}

/**
 * Masks an event in place.
 *
 * @param mayHoldJson whether a text of the event has a quote in it, so that it may be JSON itself
 */
export type MaskEvent = (event: RawEvent, order: MaskingOrder, mayHoldJson: boolean) => MaskingLog;

// Identity, contract and time hang on these, so they are never changed.
const fixedAttributes = new Set([
  ...["specversion", "id", "source", "type", "time", "tenantid", "receivedat", "replayedat", "data"],
]);

// Kinds of text that a subject may not be. A card number is none of them: a customer's number can look like one.
const subjectDetectors: readonly PrivacyDetector[] = ["email", "iban", "phone", "ip"];

// In these, numbers are versions and ids, and must not be taken for addresses or cards.
const numericText: readonly PrivacyDetector[] = ["email", "secret"];
const detectorsByAttribute: Readonly<Record<string, readonly PrivacyDetector[]>> = {
  useragent: numericText,
  clienthints: numericText,
  traceparent: numericText,
};

/** The attributes that CloudEvents and ingest define. Any other name is a client's own. */
const knownAttributes = new Set([
  ...fixedAttributes,
  ...[
    "subject",
    "dataschema",
    "datacontenttype",
    "clientip",
    "useragent",
    "clienthints",
    "referer",
    "origin",
    "traceparent",
  ],
]);

// https://www.w3.org/TR/trace-context/#traceparent-header
const TRACEPARENT_LENGTH = 55;
const traceparentCodes = Uint8Array.from({ length: 128 }, (_, code) =>
  "0123456789abcdef-".includes(String.fromCharCode(code)) ? 1 : 0,
);

/**
 * True for a W3C traceparent: 55 characters, hexadecimal digits and dashes. They cannot hold personal data, so they are
 * not scanned and not remembered. A table without branches takes a quarter of a regular expression's time, because
 * random digits are predicted badly.
 */
function isTraceparent(text: string): boolean {
  if (text.length !== TRACEPARENT_LENGTH) return false;
  let isHexadecimal = 1;
  for (let at = 0; at < TRACEPARENT_LENGTH; at++) isHexadecimal &= traceparentCodes[text.charCodeAt(at)] ?? 0;
  return isHexadecimal === 1;
}

// CloudEvents JSON format, 3.1.1: the place of data that is not JSON.
const binaryData = "data_base64";

/**
 * Creates the masking of events: `data` by the annotations of its schemas, attributes by those of the envelope.
 * Everything is scanned in the data of events that break their contract or have none, and in attributes that have no
 * annotation.
 */
export function createMaskEvent(
  contracts: CompiledContracts,
  pseudonymizer: Pseudonymizer,
  memory: MaskingMemory,
): MaskEvent {
  const envelope = compilePrivacyMaps([contracts.envelopePrivacy], memory);
  // Orders of known contracts are there for good, those of others for one event.
  const states = new WeakMap<MaskingOrder, PrivacyState>();
  // A thousand contracts with the same annotations are masked by the same few objects, which then stay in the
  // processor's cache.
  const statesByMaps = new BoundedCache<PrivacyState>();
  const mapNumbers = new Map<PrivacyMap, number>();
  const plans = new Map([...knownAttributes].map((name) => [name, planAttribute(name)] as const));

  function planAttribute(name: string): AttributePlan {
    const state = envelope.property(name);
    if (fixedAttributes.has(name) && state.rule === undefined) return "keep";
    if (name === "subject" && state.rule === undefined) return "pseudonym";
    const step = pointerStep(name);
    if (state.rule !== undefined) return { state, step, detectors: noDetectors, scan: state.scan };
    const detectors = detectorsByAttribute[name] ?? allDetectors;
    return { state, step, detectors, scan: rememberLast(memory.scanFor(detectors)) };
  }

  function stateOf(order: MaskingOrder): PrivacyState {
    let state = states.get(order);
    if (state === undefined) {
      state = stateOfSchemas(order.schemaIds);
      states.set(order, state);
    }
    return state;
  }

  function stateOfSchemas(schemaIds: MaskingOrder["schemaIds"]): PrivacyState {
    if (schemaIds === "all") return compilePrivacyMaps([contracts.everyPrivacy], memory, false);
    const maps = [...new Set(schemaIds.flatMap((schemaId) => contracts.privacyOf(schemaId) ?? []))];
    return statesByMaps.getOrCreate(maps.map(numberOf).join(), () => compilePrivacyMaps(maps, memory));
  }

  function numberOf(map: PrivacyMap): number {
    const number = mapNumbers.get(map) ?? mapNumbers.size;
    mapNumbers.set(map, number);
    return number;
  }

  let last: AttributeNames = { names: [], hasSubject: false, planned: [], own: [] };

  /** Events of a source have the same attributes in the same order, so what to do with them is worked out once. */
  function attributesOf(event: RawEvent): AttributeNames {
    let count = 0;
    for (const name in event) {
      if (name !== last.names[count]) return (last = sortAttributes(event));
      count += 1;
    }
    return count === last.names.length ? last : (last = sortAttributes(event));
  }

  function sortAttributes(event: RawEvent): AttributeNames {
    const names = Object.keys(event);
    return {
      names,
      hasSubject: names.some((name) => plans.get(name) === "pseudonym"),
      planned: names.flatMap((name) => {
        const plan = plans.get(name);
        return typeof plan === "object" ? [{ name, plan }] : [];
      }),
      own: names.filter((name) => !plans.has(name)),
    };
  }

  return (event, order, mayHoldJson) => {
    const { isValid } = order;
    const log = new MaskingLog(memory);
    const context = { pseudonymizer, log, mayHoldJson };
    const { data } = event;
    const state = stateOf(order);
    if (data !== undefined) {
      const reached = isValid ? state : state.undeclared();
      log.replace(event, "data", data, maskValue(data, reached, "/data", noDetectors, context));
    }
    const { hasSubject, planned, own } = attributesOf(event);
    if (hasSubject) maskSubject(event, context);
    for (const { name, plan } of planned) {
      // A valid event names no schema but the one it follows.
      if (!(isValid && name === "dataschema")) maskAttribute(event, name, plan, context);
    }
    // Last, because a name that is itself an address is replaced too.
    for (const name of own) maskOwnAttribute(event, name, state, context);
    return log;
  };
}

/** The steps for the attributes of an event, derived from their names. */
interface AttributeNames {
  /** All of them, in order. */
  readonly names: readonly string[];
  readonly hasSubject: boolean;
  readonly planned: readonly { readonly name: string; readonly plan: MaskPlan }[];
  /** The client's own. */
  readonly own: readonly string[];
}

/** The step for an attribute, derived from its name. */
type AttributePlan = "keep" | "pseudonym" | MaskPlan;

interface MaskPlan {
  readonly state: PrivacyState;
  readonly step: string;
  /** For values that are no text, against the specification. */
  readonly detectors: readonly PrivacyDetector[];
  /** For texts, which nearly all are. */
  readonly scan: ScanText | undefined;
}

function maskAttribute(event: RawEvent, name: string, plan: MaskPlan, context: MaskingContext): void {
  const value = event[name];
  const { scan, state, step, detectors } = plan;
  if (typeof value !== "string" || scan === undefined) {
    context.log.replace(event, name, value, maskValue(value, state, step, detectors, context));
  } else if (name !== "traceparent" || !isTraceparent(value)) {
    context.log.replace(event, name, value, scanRemembered(value, scan, step, context.log));
  }
}

/**
 * A subject that is somebody's address becomes its pseudonym, and as a whole: events of one subject then still share a
 * partition key. An e-mail address gets the pseudonym that it has in fields of the class `email`.
 */
function maskSubject(event: RawEvent, context: MaskingContext): void {
  const { subject } = event;
  if (typeof subject !== "string") return;
  const { text, found } = scanText(subject, subjectDetectors);
  const [detector] = found;
  if (detector === undefined) return;
  const rule = { class: text === `[${detector}]` ? detector : "subject", action: "hmac" } as const;
  context.log.replace(event, "subject", subject, maskByRule(subject, rule, "/subject", context));
}

/** A property of `data` may have been put beside it. */
function maskOwnAttribute(event: RawEvent, name: string, data: PrivacyState, context: MaskingContext): void {
  if (name !== binaryData) {
    maskNamedProperty(event, name, data.anywhere().property(name), "", allDetectors, context);
    return;
  }
  // No step of the pipeline reads binary data, so its content is unknown.
  context.log.replace(event, name, event[name], undefined);
  context.log.add({ path: `/${name}`, class: "binary", action: "drop" });
}
