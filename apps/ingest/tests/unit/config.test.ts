import { describe, expect, test } from "@jest/globals";
import { ConfigError, readConfig } from "../../src/config.ts";

const minimal = { STAGE: "local", RAW_STREAM_NAME: "millrace-local-raw", WRITE_KEYS_SECRET_ARN: "shop/write-keys" };

function faultsOf(environment: Record<string, string | undefined>): readonly string[] {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe("readConfig", () => {
  test("fills in the defaults", () => {
    expect(readConfig(minimal)).toEqual({
      PORT: 8080,
      STAGE: "local",
      RAW_STREAM_NAME: "millrace-local-raw",
      WRITE_KEYS_SECRET_ARN: "shop/write-keys",
      WRITE_KEYS_REFRESH_SECONDS: 30,
      MAX_BODY_BYTES: 2_097_152,
      MAX_EVENT_BYTES: 262_144,
      MAX_EVENTS_PER_REQUEST: 500,
      MAX_IN_FLIGHT_REQUESTS: 4_096,
      PUT_TIMEOUT_MS: 5_000,
      LINGER_MS: 5,
      SPOOL_MAX_BYTES: 1_073_741_824,
      CORS_ORIGINS: [],
      TRUST_PROXY_HOPS: 0,
      WEBHOOK_ORIGINS: [],
      LOG_LEVEL: "info",
      READY_TIMEOUT_MS: 120_000,
      DRAIN_NOTICE_MS: 0,
      DRAIN_TIMEOUT_MS: 25_000,
      HEADERS_TIMEOUT_MS: 10_000,
      REQUEST_TIMEOUT_MS: 30_000,
      KEEP_ALIVE_TIMEOUT_MS: 75_000,
    });
  });

  test("an empty variable counts as not set", () => {
    expect(readConfig({ ...minimal, PORT: "", WRITE_KEYS_FILE: "" }).PORT).toBe(8080);
  });

  test("reads lists and numbers", () => {
    const config = readConfig({ ...minimal, CORS_ORIGINS: "https://a.example, https://*.b.example:8443", PORT: "0" });
    expect(config.CORS_ORIGINS).toEqual(["https://a.example", "https://*.b.example:8443"]);
    expect(config.PORT).toBe(0);
  });

  test("names every fault at once", () => {
    expect(
      faultsOf({
        PORT: "http",
        STAGE: "Local!",
        MAX_BODY_BYTES: "1",
        CORS_ORIGINS: "shop.example",
        LOG_LEVEL: "loud",
        WRITE_KEYS_REFRESH_SECONDS: "61",
      }),
    ).toEqual([
      "PORT: Expected a whole number from 0 to 65535.",
      "STAGE: Expected lower-case letters, digits and hyphens.",
      "RAW_STREAM_NAME: is missing.",
      "WRITE_KEYS_REFRESH_SECONDS: Expected a whole number from 1 to 60.",
      "MAX_BODY_BYTES: Expected a whole number from 1024 to 67108864.",
      "CORS_ORIGINS: Expected origins such as https://shop.example, separated by commas, without a path.",
      expect.stringMatching(/^LOG_LEVEL: Invalid option/),
      "Set WRITE_KEYS_SECRET_ARN or WRITE_KEYS_FILE, one of them.",
    ]);
  });

  test.each([
    [{ WRITE_KEYS_SECRET_ARN: undefined }, "Set WRITE_KEYS_SECRET_ARN or WRITE_KEYS_FILE, one of them."],
    [{ WRITE_KEYS_FILE: "/keys.json" }, "Set WRITE_KEYS_SECRET_ARN or WRITE_KEYS_FILE, one of them."],
    [
      { MAX_EVENT_BYTES: "4096", MAX_BODY_BYTES: "2048" },
      "MAX_EVENT_BYTES: is larger than MAX_BODY_BYTES, so it can never apply.",
    ],
    [
      { MAX_IN_FLIGHT_BYTES: "1048576" },
      "MAX_BODY_BYTES: is larger than MAX_IN_FLIGHT_BYTES, so the largest body never fits.",
    ],
    [
      { DRAIN_NOTICE_MS: "5000", DRAIN_TIMEOUT_MS: "5000" },
      "DRAIN_NOTICE_MS: has to be shorter than DRAIN_TIMEOUT_MS, which includes it.",
    ],
    [
      { HEADERS_TIMEOUT_MS: "5001", REQUEST_TIMEOUT_MS: "5000" },
      "HEADERS_TIMEOUT_MS: is longer than REQUEST_TIMEOUT_MS, which includes it.",
    ],
  ])("%j is refused", (environment, fault) => {
    expect(faultsOf({ ...minimal, ...environment })).toContain(fault);
  });
});
