import { describe, expect, test } from "@jest/globals";
import { readBatchResponse } from "../../src/lambda/batch-response.ts";

const batch = ["101", "102", "103"];

describe("the answer of a function that reports item failures", () => {
  test.each([
    ["nothing", undefined],
    ["null", null],
    ["an empty object", {}],
    ["an empty list", { batchItemFailures: [] }],
    ["a null list", { batchItemFailures: null }],
  ])("is success when it is %s", (_name, response) => {
    expect(readBatchResponse(response, batch)).toEqual({ status: "success" });
  });

  test.each([
    ["an empty identifier", { batchItemFailures: [{ itemIdentifier: "" }] }],
    ["a null identifier", { batchItemFailures: [{ itemIdentifier: null }] }],
    ["a misnamed identifier", { batchItemFailures: [{ itemIdentifer: "102" }] }],
    ["an identifier that is a number", { batchItemFailures: [{ itemIdentifier: 102 }] }],
    ["the sequence number of another batch", { batchItemFailures: [{ itemIdentifier: "999" }] }],
    ["one good and one bad identifier", { batchItemFailures: [{ itemIdentifier: "103" }, {}] }],
    ["an item that is null", { batchItemFailures: [null] }],
    ["a list that is not one", { batchItemFailures: "102" }],
    ["something that is not an object", "102"],
  ])("is a complete failure when it has %s", (_name, response) => {
    expect(readBatchResponse(response, batch)).toEqual({ status: "failure", index: 0, isReported: true });
  });

  test.each([
    [["101"], 0],
    [["102"], 1],
    [["103", "102"], 1],
    [["103"], 2],
    [["103", "103"], 2],
  ])("fails from the lowest sequence number on: %j", (identifiers, index) => {
    const response = { batchItemFailures: identifiers.map((itemIdentifier) => ({ itemIdentifier })) };
    expect(readBatchResponse(response, batch)).toEqual({ status: "failure", index, isReported: true });
  });
});
