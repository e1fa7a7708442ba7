import { expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readConfig } from "../../src/config.ts";
import { version } from "../../src/version.ts";

const environment = {
  STAGE: "dev",
  DESTINATION_PREFIX: "millrace-dev-",
  AWS_REGION: "eu-west-1",
  ACCOUNT_ID: "111122223333",
  BAD_ROW_STREAM_NAME: "millrace-dev-bad-rows",
  UNDELIVERED_URL: "s3://lake/undelivered",
};

test("the environment is read", () => {
  expect(
    readConfig({ ...environment, ROUTES_URL: "s3://b/k", ROUTES_CHECK_SECONDS: "30", LOG_LEVEL: "debug" }),
  ).toEqual({
    stage: "dev",
    region: "eu-west-1",
    accountId: "111122223333",
    destinationPrefix: "millrace-dev-",
    badRowStreamName: "millrace-dev-bad-rows",
    undeliveredUrl: "s3://lake/undelivered",
    functionName: "router",
    logLevel: "debug",
    routesUrl: "s3://b/k",
    routesCheckMs: 30_000,
  });
  expect(readConfig(environment)).toMatchObject({ routesUrl: undefined, routesCheckMs: 60_000 });
});

test("all that is wrong with it is said at once", () => {
  const wrong = { STAGE: "dev", UNDELIVERED_URL: "s3://lake/", ROUTES_URL: "https://x", ROUTES_CHECK_SECONDS: "soon" };
  expect(() => readConfig(wrong)).toThrow(
    "AWS_REGION is missing; ACCOUNT_ID is missing; DESTINATION_PREFIX is missing; BAD_ROW_STREAM_NAME is missing; ROUTES_CHECK_SECONDS must be a number of at least 1; " +
      "UNDELIVERED_URL must be s3://bucket/key; ROUTES_URL must be s3://bucket/key",
  );
  expect(() => readConfig({ ...environment, UNDELIVERED_URL: undefined })).toThrow("UNDELIVERED_URL is missing");
});

test("the version on copies is the package's", () => {
  const { version: ofPackage } = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8")) as {
    version: string;
  };
  expect(version).toBe(ofPackage);
});
