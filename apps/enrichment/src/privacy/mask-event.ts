import type { RawEvent } from "@millrace/event-contracts";
import type { CompiledContracts } from "@millrace/event-contracts/codegen";
import type { JsonObject } from "../json-value.ts";
import { setProperty } from "../json-value.ts";
import { MaskingLog, maskValue, noDetectors } from "./mask-value.ts";
import type { Pseudonymizer } from "./privacy-keys.ts";
import { compilePrivacyMaps, noPrivacy, type PrivacyState } from "./privacy-state.ts";
import { allDetectors } from "./scan-text.ts";

/** Which annotations concern an event, and whether it can be trusted to keep to them. */
export interface MaskingOrder {
  readonly schemaIds: readonly string[];
  /** It follows its contract: nothing sensitive lies where no annotation is. */
  readonly isValid: boolean;
}

/** Masks an event in place. */
export type MaskEvent = (event: RawEvent, order: MaskingOrder) => MaskingLog;

// Attributes that decide identity, contract, order and time: never changed on the way.
const untouchedAttributes = new Set([
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

  function stateOf(schemaIds: readonly string[]): PrivacyState {
    const [first, ...others] = schemaIds;
    if (first === undefined) return noPrivacy;
    const key = others.length === 0 ? first : schemaIds.join("\n");
    let state = states.get(key);
    if (state === undefined) {
      state = compilePrivacyMaps(schemaIds.flatMap((schemaId) => contracts.privacyOf(schemaId) ?? []));
      states.set(key, state);
    }
    return state;
  }

  return (event, { schemaIds, isValid }) => {
    const context = { pseudonymizer, log: new MaskingLog() };
    if (event.data !== undefined) {
      event.data = maskValue(event.data, stateOf(schemaIds), "/data", isValid ? noDetectors : allDetectors, context);
    }
    for (const name of Object.keys(event)) {
      if (name === "data") continue;
      const state = envelope.property(name);
      const detectors = state.rule !== undefined || untouchedAttributes.has(name) ? noDetectors : allDetectors;
      if (name === binaryData) {
        // Nobody looks into it on the way, so nobody knows what is in it.
        setProperty(event, name, undefined);
        context.log.add({ path: `/${name}`, class: "binary", action: "drop" });
        continue;
      }
      const before = event[name];
      const after = maskValue(before, state, `/${name}`, detectors, context);
      if (after !== before) setProperty(event, name, after);
    }
    return context.log;
  };
}
