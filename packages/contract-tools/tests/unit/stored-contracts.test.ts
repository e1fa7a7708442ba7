import { Buffer } from "node:buffer";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { openContracts, type StoredPlace } from "@millrace/event-contracts/validator-runtime";
import { renderStoredContracts } from "../../src/codegen.ts";
import { loadRegistry } from "../../src/registry.ts";
import { contractsOf } from "../support/contracts-of.ts";

const registry = loadRegistry(join(import.meta.dirname, "../../../../schemas"));
const { data, index } = renderStoredContracts(registry);
const places: StoredPlace[] = [];
const stored = openContracts(
  (place) => {
    places.push(place);
    const [offset, bytes] = place;
    return Buffer.from(data).toString("utf8", offset, offset + bytes);
  },
  index,
  100,
);
const whole = contractsOf(registry);

describe("contracts in a file", () => {
  test("are not read before they are asked for", () => {
    expect(places).toEqual([]);
    expect(stored.newestSchemaOf("search.click")).toBe(whole.newestSchemaOf("search.click"));
    expect(places).toEqual([index]);
  });

  test("are those of the module: names, maps and verdicts", () => {
    expect(stored.schemaIds()).toEqual(whole.schemaIds());
    expect(stored.envelopePrivacy).toEqual(whole.envelopePrivacy);
    expect(stored.everyPrivacy).toEqual(whole.everyPrivacy);
    for (const id of whole.schemaIds()) {
      expect(stored.typeOf(id)).toBe(whole.typeOf(id));
      expect(stored.privacyOf(id)).toEqual(whole.privacyOf(id));
      for (const value of [{}, null, { context: {} }, { context: { pageUrl: "https://a.example/" }, rank: 0 }]) {
        expect(stored.validatorOf(id)?.(value)).toEqual(whole.validatorOf(id)?.(value));
      }
    }
  });

  test("are none for a name that is not there, however it is written", () => {
    for (const name of ["", "search.click", "schema", '" ', "\n", "search"]) {
      expect([stored.validatorOf(name), stored.typeOf(name), stored.privacyOf(name)]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
    }
    expect(stored.newestSchemaOf("search")).toBeUndefined();
    // Names that are there are still found.
    for (const type of ["page.view", "commerce.purchase", "custom.event"]) {
      expect(stored.newestSchemaOf(type)).toBe(whole.newestSchemaOf(type));
      expect(stored.newestSchemaOf(type)).toMatch(/^https:/);
    }
  });
});
