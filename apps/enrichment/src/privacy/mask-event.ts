import type { PrivacyDetector, RawEvent } from "@millrace/event-contracts";
import type { CompiledContracts } from "@millrace/event-contracts/codegen";
import { pointerStep, setProperty } from "../json-value.ts";
import {
  maskByRule,
  maskNamedProperty,
  type MaskingContext,
  MaskingLog,
  maskValue,
  noDetectors,
} from "./mask-value.ts";
import type { Pseudonymizer } from "./privacy-keys.ts";
import { compilePrivacyMaps, type PrivacyState } from "./privacy-state.ts";
import { allDetectors, scanText } from "./scan-text.ts";

/** Which annotations concern an event, and whether it can be trusted to keep to them. */
export interface MaskingOrder {
  readonly schemaIds: readonly string[] | "all";
  /** It follows its contract: nothing sensitive lies where no annotation is. */
  readonly isValid: boolean;
}

/** Masks an event in place. */
export type MaskEvent = (event: RawEvent, order: MaskingOrder) => MaskingLog;

// Identity, contract and time hang on these, so they are never changed.
const fixedAttributes = new Set(["specversion", "id", "source", "type", "time", "tenantid", "receivedat", "data"]);

// What a subject may not be. A customer's number can look like a card's.
const subjectDetectors: readonly PrivacyDetector[] = ["email", "iban", "ip"];

// In these, numbers are versions and ids, and must not be taken for addresses or cards.
const numericText: readonly PrivacyDetector[] = ["email", "secret"];
const detectorsByAttribute: Readonly<Record<string, readonly PrivacyDetector[]>> = {
  useragent: numericText,
  traceparent: numericText,
};

/** The attributes that CloudEvents and ingest define. Any other name is a client's own. */
const knownAttributes = new Set([
  ...fixedAttributes,
  ...["subject", "dataschema", "datacontenttype", "clientip", "useragent", "referer", "origin", "traceparent"],
]);

// CloudEvents JSON format, 3.1.1: the place of data that is not JSON.
const binaryData = "data_base64";

/**
 * Creates the masking of events: `data` by the annotations of its schemas, attributes by those of the envelope. Everything
 * is scanned in the data of events that break their contract or have none, and in attributes that have no annotation.
 */
export function createMaskEvent(contracts: CompiledContracts, pseudonymizer: Pseudonymizer): MaskEvent {
  const envelope = compilePrivacyMaps([contracts.envelopePrivacy]);
  const states = new Map<string, PrivacyState>();
  const plans = new Map([...knownAttributes].map((name) => [name, planAttribute(name)] as const));

  function planAttribute(name: string): AttributePlan {
    const state = envelope.property(name);
    if (fixedAttributes.has(name) && state.isBarren) return "keep";
    if (name === "subject" && state.rule === undefined) return "pseudonym";
    const detectors = state.rule === undefined ? (detectorsByAttribute[name] ?? allDetectors) : noDetectors;
    // A valid event names no schema but the one it follows.
    return { state, step: pointerStep(name), detectors, isKeptWhenValid: name === "dataschema" };
  }

  function stateOf(schemaIds: MaskingOrder["schemaIds"]): PrivacyState {
    const [first = "none"] = schemaIds === "all" ? ["all"] : schemaIds;
    const key = schemaIds === "all" || schemaIds.length <= 1 ? first : schemaIds.join("\n");
    let state = states.get(key);
    if (state === undefined) {
      const ids = schemaIds === "all" ? contracts.schemaIds() : schemaIds;
      state = compilePrivacyMaps(ids.flatMap((schemaId) => contracts.privacyOf(schemaId) ?? []));
      states.set(key, state);
    }
    return state;
  }

  return (event, { schemaIds, isValid }) => {
    const context = { pseudonymizer, log: new MaskingLog() };
    if (event.data !== undefined) {
      event.data = maskValue(event.data, stateOf(schemaIds), "/data", isValid ? noDetectors : allDetectors, context);
    }
    // The names beforehand: one that is an address itself is replaced on the way.
    for (const name of Object.keys(event)) {
      const plan = plans.get(name);
      if (plan === "keep") continue;
      if (plan === "pseudonym") maskSubject(event, context);
      else if (plan === undefined) maskOwnAttribute(event, name, envelope, context);
      else if (!(isValid && plan.isKeptWhenValid)) {
        const before = event[name];
        const after = maskValue(before, plan.state, plan.step, plan.detectors, context);
        if (after !== before) event[name] = after;
      }
    }
    return context.log;
  };
}

/** What is done with an attribute, by its name. */
type AttributePlan = "keep" | "pseudonym" | MaskPlan;

interface MaskPlan {
  readonly state: PrivacyState;
  readonly step: string;
  readonly detectors: readonly PrivacyDetector[];
  readonly isKeptWhenValid: boolean;
}

/**
 * A subject that is somebody's address becomes its pseudonym, and as a whole: events of one subject then still share a partition
 * key. An e-mail address gets the pseudonym that it has in fields of the class `email`.
 */
function maskSubject(event: RawEvent, context: MaskingContext): void {
  const { subject } = event;
  if (typeof subject !== "string") return;
  const { text, found } = scanText(subject, subjectDetectors);
  const [detector] = found;
  if (detector === undefined) return;
  const rule = { class: text === `[${detector}]` ? detector : "subject", action: "hmac" } as const;
  event.subject = maskByRule(subject, rule, "/subject", context) as string;
}

function maskOwnAttribute(event: RawEvent, name: string, envelope: PrivacyState, context: MaskingContext): void {
  if (name !== binaryData) {
    maskNamedProperty(event, name, envelope, "", allDetectors, context);
    return;
  }
  // Nobody looks into it on the way, so nobody knows what is in it.
  setProperty(event, name, undefined);
  context.log.add({ path: `/${name}`, class: "binary", action: "drop" });
}
