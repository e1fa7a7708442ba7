import { Buffer } from "node:buffer";
import { expect, test } from "@jest/globals";
import { compressions, packRecord } from "@millrace/packed-records";
import fc from "fast-check";
import { personOf } from "../../src/index.ts";
import {
  badRowLines,
  clearLines,
  deadLetter,
  type Format,
  maskedLines,
  undeliveredLines,
} from "../../src/objects/formats.ts";
import { splitLines } from "../../src/objects/lines.ts";
import { ada, badRow, ben, deadLetterOf, enrichedEvent, key, keys, ndjson, olderKey, rawEvent } from "../people.ts";

const person = personOf([{ class: "email", value: ada }], keys);
const people = fc.array(fc.constantFrom(ada, ben, "cleo@mail.example"), { minLength: 1, maxLength: 12 });

const lines: readonly (readonly [string, Format, (email: string, at: number) => unknown])[] = [
  ["enriched events", maskedLines, (email, at) => enrichedEvent(String(at), email, undefined, at % 2 ? key : olderKey)],
  ["raw events", clearLines, (email, at) => rawEvent(String(at), email)],
  [
    "undelivered events",
    undeliveredLines,
    (email, at) => ({ enriched: enrichedEvent(String(at), email), delivery: {} }),
  ],
  ["bad rows", badRowLines, (email, at) => badRow(`{"email":"${email}",`, String(at), at % 2 ? key : olderKey)],
];

test.each(lines)("of %s only the person's lines go, and every other keeps its bytes", (_, format, lineOf) => {
  fc.assert(
    fc.property(people, (emails) => {
      const all = emails.map(lineOf);
      const { kept, sightings } = format(ndjson(all), person, keys);
      const others = all.filter((_line, at) => emails[at] !== ada);
      expect(sightings).toHaveLength(emails.length - others.length);
      expect(kept?.toString()).toBe(others.length === 0 ? undefined : ndjson(others).toString());
      if (kept !== undefined) expect(format(kept, person, keys).sightings).toEqual([]);
    }),
    { numRuns: 40 },
  );
});

test("of a dead letter only the person's lines go, out of the records they share with others", () => {
  fc.assert(
    fc.property(fc.array(people, { minLength: 1, maxLength: 5 }), fc.constantFrom(...compressions), (records, form) => {
      const texts = records.map((emails) => ndjson(emails.map((email, at) => rawEvent(String(at), email))));
      const packed = texts.map((lines) => packRecord(lines, form));
      const { kept, sightings } = deadLetter(Buffer.from(deadLetterOf(packed)), person, keys);
      const rest = records.map((emails) => emails.filter((email) => email !== ada));
      expect(sightings).toHaveLength(records.flat().length - rest.flat().length);
      const left =
        kept === undefined
          ? 0
          : deadLetter(kept, personOf([{ class: "email", value: ben }], keys), keys).sightings.length;
      expect(left).toBe(rest.flat().filter((email) => email === ben).length);
      if (kept !== undefined) expect(deadLetter(kept, person, keys).sightings).toEqual([]);
      else expect(rest.flat()).toEqual([]);
    }),
  );
});

test("a bad row that stands for a record is sealed again without the person, and opens with its key", () => {
  fc.assert(
    fc.property(people, (emails) => {
      const text = ndjson(emails.map((email, at) => rawEvent(String(at), email))).toString();
      const { kept, sightings } = badRowLines(ndjson([badRow(text, "1", olderKey)]), person, keys);
      const others = emails.filter((email) => email !== ada).length;
      expect(sightings).toHaveLength(emails.length - others);
      if (others === 0) expect(kept).toBeUndefined();
      else {
        const everybody = personOf(
          [ben, "cleo@mail.example"].map((value) => ({ class: "email", value })),
          keys,
        );
        expect(badRowLines(kept ?? Buffer.alloc(0), everybody, [olderKey]).sightings).toHaveLength(others);
        expect(badRowLines(kept ?? Buffer.alloc(0), person, keys).sightings).toEqual([]);
      }
    }),
    { numRuns: 40 },
  );
});

test("what cannot be opened is counted and kept", () => {
  const content = ndjson([badRow("{", "1", olderKey), "no JSON", badRow("{", "2")]);
  expect(badRowLines(content, person, [key])).toEqual({ sightings: [], kept: content, unreadable: 2 });
  expect(deadLetter(Buffer.from("{}"), person, keys)).toMatchObject({ sightings: [], unreadable: 1 });
});

test("any bytes are lines, and no line is lost", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      for (const format of [maskedLines, clearLines, undeliveredLines, badRowLines, deadLetter]) {
        expect(format(Buffer.from(bytes), person, keys).kept?.equals(bytes)).toBe(true);
      }
      expect(splitLines(Buffer.from(bytes)).every((line) => !line.includes(0x0a))).toBe(true);
    }),
  );
});
