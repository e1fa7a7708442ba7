import type { PrivacyDetector, RawEvent } from "@millrace/event-contracts";
import type { CompiledContracts } from "@millrace/event-contracts/codegen";
import { pointerStep, setProperty } from "../json-value.ts";
import { type MaskingContext, MaskingLog, maskValue, noDetectors } from "./mask-value.ts";
import type { Pseudonymizer } from "./privacy-keys.ts";
import { compilePrivacyMaps, type PrivacyState } from "./privacy-state.ts";
import { allDetectors } from "./scan-text.ts";

/** Which annotations concern an event, and whether it can be trusted to keep to them. */
export interface MaskingOrder {
  readonly schemaIds: readonly string[] | "all";
  /** It follows its contract: nothing sensitive lies where no annotation is. */
  readonly isValid: boolean;
}

/** Masks an event in place. */
export type MaskEvent = (event: RawEvent, order: MaskingOrder) => MaskingLog;

// Attributes of which the envelope's schema says everything; identity, contract, order and time hang on most of them.
const knownAttributes = new Set([
  "specversion",
  "id",
  "source",
  "type",
  "subject",
  "time",
  "dataschema",
  "datacontenttype",
  "tenantid",
  "receivedat",
  "clientip",
  "useragent",
  "referer",
  "origin",
  "traceparent",
  "data",
]);

// CloudEvents JSON format, 3.1.1: the place of data that is not JSON.
const binaryData = "data_base64";

/**
 * Creates the masking of events: `data` by the annotations of its schemas, attributes by those of the envelope. Everything
 * is scanned in the data of events that break their contract or have none, and in attributes no schema knows.
 */
export function createMaskEvent(contracts: CompiledContracts, pseudonymizer: Pseudonymizer): MaskEvent {
  const envelope = compilePrivacyMaps([contracts.envelopePrivacy]);
  const states = new Map<string, PrivacyState>();
  const plans = new Map<string, AttributePlan>();

  function planAttribute(name: string): AttributePlan {
    const state = envelope.property(name);
    const isKnown = knownAttributes.has(name);
    const plan =
      name === binaryData
        ? "drop"
        : isKnown && state.isBarren
          ? "keep"
          : {
              state,
              step: pointerStep(name),
              detectors: state.rule !== undefined || isKnown ? noDetectors : allDetectors,
            };
    // Names that clients make up are not remembered.
    if (isKnown) plans.set(name, plan);
    return plan;
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
    for (const name in event) {
      const plan = plans.get(name) ?? planAttribute(name);
      if (plan === "keep") continue;
      maskAttribute(event, name, plan, context);
    }
    return context.log;
  };
}

/** What is done with an attribute, by its name. */
type AttributePlan = "keep" | "drop" | MaskPlan;

interface MaskPlan {
  readonly state: PrivacyState;
  readonly step: string;
  readonly detectors: readonly PrivacyDetector[];
}

function maskAttribute(
  event: RawEvent,
  name: string,
  plan: Exclude<AttributePlan, "keep">,
  context: MaskingContext,
): void {
  if (plan === "drop") {
    // Nobody looks into it on the way, so nobody knows what is in it.
    setProperty(event, name, undefined);
    context.log.add({ path: `/${name}`, class: "binary", action: "drop" });
    return;
  }
  const before = event[name];
  const after = maskValue(before, plan.state, plan.step, plan.detectors, context);
  if (after !== before) setProperty(event, name, after);
}
