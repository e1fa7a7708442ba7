import { describe, expect, test } from "@jest/globals";
import { ConfigError, readConfig } from "../../../src/index.ts";

const environment = {
  STAGE: "dev",
  ENRICHED_STREAM_NAME: "millrace-dev-enriched",
  BAD_ROW_STREAM_NAME: "millrace-dev-bad-rows",
  PRIVACY_KEYS: JSON.stringify([{ id: "k1", key: Buffer.alloc(32, 1).toString("base64") }]),
};

describe("readConfig", () => {
  test("reads what the function needs", () => {
    expect(readConfig({ ...environment, AWS_LAMBDA_FUNCTION_NAME: "f" })).toMatchObject({
      stage: "dev",
      functionName: "f",
      enrichedStreamName: "millrace-dev-enriched",
      badRowStreamName: "millrace-dev-bad-rows",
      privacyKeys: [{ id: "k1" }],
    });
  });

  test("names everything that is missing at once, and refuses to run without a key", () => {
    expect(() => readConfig({})).toThrow(ConfigError);
    expect(() => readConfig({})).toThrow(
      /STAGE is missing; ENRICHED_STREAM_NAME is missing; BAD_ROW_STREAM_NAME is missing; PRIVACY_KEYS is missing/,
    );
    expect(() => readConfig({ ...environment, PRIVACY_KEYS: "[]" })).toThrow(/PRIVACY_KEYS/);
  });
});
