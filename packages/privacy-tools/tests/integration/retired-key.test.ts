/** The meaning of a retired key for a search: data of its time is neither found nor opened without it. */
import { expect, test } from "@jest/globals";
import { personOf } from "../../src/index.ts";
import { badRowLines, maskedLines } from "../../src/objects/formats.ts";
import { ada, badRow, enrichedEvent, key, ndjson, olderKey } from "../people.ts";

const events = ndjson([enrichedEvent("before", ada, undefined, olderKey), enrichedEvent("after", ada, undefined, key)]);
const rows = ndjson([badRow(`{"to":"${ada}"`, "1", olderKey), badRow(`{"to":"${ada}"`, "2", key)]);

function look(keys: readonly (typeof key)[]) {
  const person = personOf([{ class: "email", value: ada }], keys);
  const [masked, sealed] = [maskedLines(events, person, keys), badRowLines(rows, person, keys)];
  return { events: masked.sightings.length, rows: sealed.sightings.length, cannotBeRead: sealed.unreadable };
}

test("while both keys are live a person is found in data of both times", () => {
  expect(look([key, olderKey])).toEqual({ events: 2, rows: 2, cannotBeRead: 0 });
});

test("once a key is retired, data of its time is not found, and its bad rows are counted as what cannot be read", () => {
  expect(look([key])).toEqual({ events: 1, rows: 1, cannotBeRead: 1 });
});

test("with the retired key at hand again, everything is found again", () => {
  expect(look([key, { ...olderKey }])).toEqual({ events: 2, rows: 2, cannotBeRead: 0 });
});
