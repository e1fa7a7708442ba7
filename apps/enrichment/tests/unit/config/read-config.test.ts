import { describe, expect, test } from "@jest/globals";
import { ConfigError, readConfig } from "../../../src/index.ts";

const environment = {
  STAGE: "dev",
  ENRICHED_STREAM_NAME: "millrace-dev-enriched",
  BAD_ROW_STREAM_NAME: "millrace-dev-bad-rows",
  PRIVACY_KEYS_SECRET_ARN: "arn:aws:secretsmanager:eu-west-1:1:secret:millrace/dev/privacy-keys-AbCdEf",
};

describe("readConfig", () => {
  test("reads what the function needs", () => {
    expect(readConfig({ ...environment, AWS_LAMBDA_FUNCTION_NAME: "f" })).toMatchObject({
      stage: "dev",
      functionName: "f",
      enrichedStreamName: "millrace-dev-enriched",
      badRowStreamName: "millrace-dev-bad-rows",
      privacyKeysSecretId: environment.PRIVACY_KEYS_SECRET_ARN,
      privacyKeysMaxAgeMs: 300_000,
      lanes: 128,
    });
  });

  test("names everything that is missing at once", () => {
    expect(() => readConfig({})).toThrow(ConfigError);
    expect(() => readConfig({})).toThrow(
      /STAGE is missing; ENRICHED_STREAM_NAME is missing; BAD_ROW_STREAM_NAME is missing; PRIVACY_KEYS_SECRET_ARN is missing/,
    );
  });

  test("the age at which keys are read again may be set, within an hour", () => {
    const withAge = (seconds: string) => readConfig({ ...environment, PRIVACY_KEYS_REFRESH_SECONDS: seconds });
    expect(withAge("1").privacyKeysMaxAgeMs).toBe(1_000);
    for (const wrong of ["0", "3601", "soon", ""]) {
      expect(() => withAge(wrong)).toThrow(/PRIVACY_KEYS_REFRESH_SECONDS: expected a whole number from 1 to 3600, got/);
    }
  });

  test("the lanes of the enriched stream are a power of two", () => {
    const withLanes = (lanes: string) => readConfig({ ...environment, ENRICHED_LANES: lanes });
    expect([withLanes("1").lanes, withLanes("4096").lanes]).toEqual([1, 4_096]);
    for (const wrong of ["0", "12", "8192", "many", ""]) {
      expect(() => withLanes(wrong)).toThrow(`ENRICHED_LANES: expected a power of two from 1 to 4096, got "${wrong}"`);
    }
  });
});
