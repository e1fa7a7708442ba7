import { connect } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { errorCodes } from "../../src/errors.ts";
import * as errors from "../../src/errors.ts";
import { classifyCallError, internalFailure, throttled } from "../../src/faults.ts";
import { serviceError } from "../support/fake-kinesis.ts";

const refusedConnection = () =>
  new Promise<unknown>((resolve) => {
    connect({ port: 1, host: "127.0.0.1" }).on("error", resolve);
  });

describe("what a failed call says of its records", () => {
  test.each<[string, unknown, object]>([
    [
      "a 4xx that cannot be cured",
      serviceError("KMSNotFoundException", 400),
      { reason: "rejected", isAmbiguous: false, isRetryable: false },
    ],
    [
      "an unknown 4xx",
      serviceError("SomethingNew", 418),
      { reason: "rejected", isAmbiguous: false, isRetryable: false },
    ],
    [
      "a throttled call",
      serviceError("ProvisionedThroughputExceededException", 400),
      { reason: "throttled", isAmbiguous: false, isRetryable: true },
    ],
    [
      "a throttled key",
      serviceError("KMSThrottlingException", 400),
      { reason: "throttled", isAmbiguous: false, isRetryable: true },
    ],
    ["status 429", serviceError("Whatever", 429), { reason: "throttled", isAmbiguous: false, isRetryable: true }],
    [
      "a stream that is being changed",
      serviceError("ResourceInUseException", 400),
      { isAmbiguous: false, isRetryable: true },
    ],
    [
      "invalid input",
      serviceError("ValidationException", 400),
      { reason: "rejected", isAmbiguous: false, isDivisible: true },
    ],
    ["a 5xx", serviceError("InternalFailure", 500), { reason: "unknown", isAmbiguous: true, isRetryable: true }],
    ["a 503", serviceError("ServiceUnavailable", 503), { reason: "unknown", isAmbiguous: true, isRetryable: true }],
    [
      "a 5xx that bears the name of a login problem",
      serviceError("AccessDeniedException", 500),
      { reason: "unknown", isAmbiguous: true },
    ],
    [
      "a reset",
      Object.assign(new Error("socket hang up"), { code: "ECONNRESET" }),
      { reason: "unknown", isAmbiguous: true, isRetryable: true },
    ],
    [
      "a reset while writing",
      Object.assign(new Error("write EPIPE"), { code: "EPIPE", syscall: "write" }),
      { isAmbiguous: true },
    ],
    [
      "a timeout",
      Object.assign(new Error("timed out"), { name: "TimeoutError" }),
      { reason: "unknown", isAmbiguous: true, isRetryable: true },
    ],
    ["something thrown that is no error", "oops", { reason: "unknown", isAmbiguous: true }],
    ["nothing thrown", undefined, { reason: "unknown", isAmbiguous: true }],
    [
      "a name that does not resolve",
      Object.assign(new Error("getaddrinfo ENOTFOUND"), { syscall: "getaddrinfo" }),
      { reason: "unknown", isAmbiguous: false, isRetryable: true },
    ],
    [
      "no credentials",
      Object.assign(new Error("none"), { name: "CredentialsProviderError" }),
      { reason: "rejected", isAmbiguous: false, isRetryable: false },
    ],
  ])("%s", (_title, thrown, fault) => {
    expect(classifyCallError(thrown, "s")).toMatchObject(fault);
  });

  test("a connection that was refused: nothing was sent, so nothing is stored", async () => {
    expect(classifyCallError(await refusedConnection(), "s")).toMatchObject({ isAmbiguous: false, isRetryable: true });
  });

  test.each([
    ["AccessDeniedException", 400],
    ["ProvisionedThroughputExceededException", 400],
    ["ValidationException", 400],
  ])("%s after attempts that the SDK made on its own: one of those may have stored them", (name, status) => {
    const error = serviceError(name, status);
    const once = classifyCallError(error, "s");
    Object.assign((error as unknown as { $metadata: object }).$metadata, { attempts: 2 });
    const { reason, isRetryable } = once;
    expect(once.isAmbiguous).toBe(false);
    expect(classifyCallError(error, "s")).toMatchObject({ reason, isRetryable, isAmbiguous: true });
  });

  test("a wrong clock that the SDK has corrected is worth another try", () => {
    const error = serviceError("InvalidSignatureException", 400);
    expect(classifyCallError(error, "s").isRetryable).toBe(false);
    Object.assign((error as unknown as { $metadata: object }).$metadata, { clockSkewCorrected: true });
    expect(classifyCallError(error, "s")).toMatchObject({ isRetryable: true, isAmbiguous: false });
  });
});

describe("errors", () => {
  test("say what happened, to what, and what to do", () => {
    expect(throttled("Rate exceeded for shard shardId-000000000000").toError(3).message).toBe(
      "Kinesis throttled the record until attempts or time ran out, after 3 attempts: Rate exceeded for shard shardId-000000000000. Add shards, spread the partition keys, or allow more time.",
    );
    expect(internalFailure("InternalFailure", "Internal service failure.").toError(1).message).toBe(
      "Kinesis answered InternalFailure for the record after 1 attempt: Internal service failure. It may be stored; readers must dedupe.",
    );
    const error = classifyCallError(serviceError("ResourceNotFoundException", 400, "Stream s not found"), "s").toError(
      1,
    );
    expect(error.message).toBe(
      "Stream s does not exist (ResourceNotFoundException: Stream s not found). Check name, account and region.",
    );
  });

  test("have one unique code each, the class's own name, and every code has a class", () => {
    const classes = Object.values(errors).filter(
      (value): value is typeof errors.ClosedError => typeof value === "function" && value !== errors.PutRecordsError,
    );
    const made = classes.map((ErrorClass) => new ErrorClass("text", { cause: "why" }));
    expect(made.map((error) => error.code).sort()).toEqual([...errorCodes].sort());
    for (const [i, error] of made.entries()) {
      expect(error).toBeInstanceOf(errors.PutRecordsError);
      expect(error.name).toBe(classes[i]?.name);
      expect(error.cause).toBe("why");
    }
  });
});
