import { describe, expect, test } from "@jest/globals";
import { contractsOf } from "../../contracts-of.ts";
import { createContext, createRawEvent, enrichEvents } from "../../raw-events.ts";

const canary = "Featherstone";
const mask = { class: "name", action: "mask" };
const name = { type: "string", "x-privacy": mask };
const person = { type: "object", properties: { fullName: name }, additionalProperties: false };

/** Returns the output for an event with these data as text, when `test.event` has these fields. */
function enrich(properties: object, data: object, dataschema?: string, others: Record<string, unknown> = {}) {
  const contracts = contractsOf({
    "events/test/event/1-0-0.json": { type: "object", properties, additionalProperties: false },
    ...others,
  });
  const event = createRawEvent({ type: "test.event", data, ...(dataschema === undefined ? {} : { dataschema }) });
  const { enriched, badRows } = enrichEvents(createContext({ contracts }), event);
  expect(badRows).toEqual([]);
  return enriched[0] ?? { json: "", validation: undefined };
}

describe("an annotated value leaves in no form when", () => {
  test.each<[string, object, object]>([
    ["one value stands where there are several", { names: { type: "array", items: name } }, { names: canary }],
    [
      "one object stands where there are several",
      { people: { type: "array", items: person } },
      { people: { fullName: canary } },
    ],
    [
      "it lies in a list of lists that is none",
      { people: { type: "array", items: { type: "array", items: person } } },
      { people: { fullName: canary } },
    ],
    [
      "a tuple is written as an object",
      { pair: { type: "array", prefixItems: [{ type: "integer" }, person] } },
      { pair: { fullName: canary } },
    ],
    ["its name is written with underscores", { fullName: name }, { full_name: canary }],
    ["its name is written with capitals", { fullName: name }, { FullName: canary }],
    ["its name is written with hyphens, further in", { person }, { person: { "full-name": canary } }],
    [
      "it is the name of a property inside of what is masked, and too much",
      { points: { type: "object", additionalProperties: false, "x-privacy": mask } },
      { points: { [canary]: 1 } },
    ],
    [
      "it is the name of a property inside of what is dropped, and its value is wrong",
      {
        points: { type: "object", additionalProperties: { type: "number" }, "x-privacy": { ...mask, action: "drop" } },
      },
      { points: { [canary]: { points: "many" } } },
    ],
  ])("%s", (_, properties, data) => {
    const { json, validation } = enrich(properties, data);
    expect(validation?.status).toBe("invalid");
    expect(json).not.toContain(canary);
  });

  test("its mask came with a newer version than the one the event names", () => {
    const base = "https://millrace.example/schemas/events/test/event";
    const { json, validation } = enrich({ who: { type: "string" } }, { who: canary }, `${base}/1-0-0.json`, {
      "events/test/event/1-1-0.json": { type: "object", properties: { who: name }, additionalProperties: false },
    });
    expect(validation).toMatchObject({ status: "valid", schema: `${base}/1-0-0.json` });
    expect(json).not.toContain(canary);
  });
});

test("an error inside of what is masked is told of the masked value", () => {
  const points = { type: "object", additionalProperties: { type: "number" }, "x-privacy": mask };
  const { validation } = enrich({ points }, { points: { [canary]: "many" } });
  expect(validation?.errors).toEqual([
    { path: "/data/points", keyword: "type", message: "must be number", expected: "number" },
  ]);
});

test("a value that is not annotated stays as it is, in a valid event and in an invalid one", () => {
  const properties = { who: { type: "string" }, fullName: name };
  expect(enrich(properties, { who: canary }).json).toContain(canary);
  expect(enrich(properties, { who: canary, full: 1 }).json).toContain(canary);
});
