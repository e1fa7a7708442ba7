import { expect, test } from "@jest/globals";
import { describeStored } from "../../src/stored/describe-stored.ts";

const none = { type: "shop.return", unknown: 0, invalid: 0, unseen: 0, valid: 0, schema: undefined, sample: undefined };
const setAside = { ...none, unseen: 2, valid: 2, schema: "https://a.example/1-0-0.json", sample: "ret-1" };
const wasUnknown = { ...none, unknown: 2, valid: 1, schema: "https://a.example/1-0-0.json", sample: "ret-1" };

test("events that were set aside come back from bad rows, of the pipeline that was asked", () => {
  expect(describeStored([setAside], { state: "here" })).toEqual([
    "shop.return: 0 unknown, 0 invalid, 2 not in the lake; 2 valid now by https://a.example/1-0-0.json, such as ret-1",
    "2 of 2 events would be valid.",
    "Once the contract is deployed: pnpm replay raw --from 24h --into revalidation --state here",
    "Of those that were set aside: pnpm replay bad-rows --from 24h --kind undescribed --state here",
  ]);
});

test("no other command is told than one that brings something back", () => {
  expect(describeStored([wasUnknown], {}).slice(1)).toEqual([
    "1 of 2 events would be valid.",
    "Once the contract is deployed: pnpm replay raw --from 24h --into revalidation",
  ]);
  expect(describeStored([none], {})).toEqual([
    "shop.return: 0 unknown, 0 invalid; 0 valid now",
    "0 of 0 events would be valid.",
  ]);
  expect(describeStored([wasUnknown], { events: "lake" }).slice(1)).toEqual([
    "1 of 2 events would be valid, at least: masked values may fail a format.",
  ]);
});
