import { describe, expect, test } from "@jest/globals";
import { personOf, personOfPseudonyms } from "../../src/index.ts";
import { isClearOf, isMaskedOf } from "../../src/person/recognize.ts";
import { ada, ben, enrichedEvent, keys, olderKey, rawEvent } from "../people.ts";

const person = personOf([{ class: "email", value: ` ${ada.toUpperCase()}` }], keys);
const bySubject = personOf([{ class: "subject", value: "visitor-4711" }], keys);

describe("a masked event", () => {
  test.each([
    ["the active key", undefined],
    ["a key before a rotation", olderKey],
  ])("is the person's by a pseudonym under %s", (_, masking) => {
    expect(isMaskedOf(person, JSON.stringify(enrichedEvent("1", ada, "v-1", masking)))).toBe(true);
    expect(isMaskedOf(person, JSON.stringify(enrichedEvent("1", ben, "v-1", masking)))).toBe(false);
  });

  test("is the person's by its subject in clear, and not by a member of that name elsewhere", () => {
    expect(isMaskedOf(bySubject, JSON.stringify(enrichedEvent("1", ben, "visitor-4711")))).toBe(true);
    const other = enrichedEvent("1", ben, "visitor-4712");
    expect(isMaskedOf(bySubject, JSON.stringify({ ...other, enrichment: { subject: "visitor-4711" } }))).toBe(false);
    expect(isMaskedOf(bySubject, JSON.stringify({ enriched: enrichedEvent("1", ben, "visitor-4711") }))).toBe(true);
  });
});

describe("a text in clear", () => {
  test.each([
    ["a raw event", JSON.stringify(rawEvent("1", ada))],
    ["an address in another spelling", JSON.stringify(rawEvent("1", "Ada.Lovelace@Mail.Example"))],
    ["an address as the subject", JSON.stringify(rawEvent("1", ben, ada))],
    ["an address within a text", JSON.stringify({ ...rawEvent("1", ben), data: { note: `call <${ada}>, please` } })],
    [
      "an address in a query",
      JSON.stringify({ ...rawEvent("1", ben), data: { url: `https://x/?e=${encodeURIComponent(ada)}&b=1` } }),
    ],
    ["a name of a property", JSON.stringify({ ...rawEvent("1", ben), data: { [ada]: 1 } })],
    ["text that no parser reads", `{"id":"1","data":{"email":"${ada}"`],
    ["plain words", `order of ${ada}.`],
  ])("is the person's: %s", (_, text) => {
    expect(isClearOf(person, text)).toBe(true);
    // The pseudonyms alone tell the same, which is all that is kept after an erasure.
    expect(isClearOf(personOfPseudonyms(person.pseudonyms, keys), text)).toBe(true);
  });

  test.each([
    ["another person", JSON.stringify(rawEvent("1", ben))],
    ["an address that ends as the person's does", JSON.stringify(rawEvent("1", `x${ada}`))],
    ["an address that goes on", `{"email":"${ada}.org"`],
    ["nothing", ""],
  ])("is not: %s", (_, text) => {
    expect(isClearOf(person, text)).toBe(false);
    expect(isClearOf(personOfPseudonyms(person.pseudonyms, keys), text)).toBe(false);
  });

  test("a short value counts as a subject only", () => {
    const short = personOf(
      [
        { class: "subject", value: "7" },
        { class: "user-id", value: "7" },
      ],
      keys,
    );
    expect(isClearOf(short, JSON.stringify({ ...rawEvent("1", ben), data: { rank: 7 } }))).toBe(false);
    expect(isClearOf(short, JSON.stringify(rawEvent("1", ben, "7")))).toBe(true);
    const long = personOf([{ class: "user-id", value: "user-4711" }], keys);
    expect(isClearOf(long, JSON.stringify({ ...rawEvent("1", ben), data: { user: "user-4711" } }))).toBe(true);
  });
});
