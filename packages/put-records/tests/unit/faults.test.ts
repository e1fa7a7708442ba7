import { connect } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { errorCodes } from "../../src/errors.ts";
import * as errors from "../../src/errors.ts";
import { classifyCallError, internalFailure, throttled } from "../../src/outcome/faults.ts";
import { serviceError } from "../support/fake-kinesis.ts";

const invalidStreamName = serviceError(
  "ValidationException",
  400,
  "1 validation error detected: Value 'a b' at 'streamName' failed to satisfy constraint: …",
);

const refusedConnection = () =>
  new Promise<unknown>((resolve) => {
    connect({ port: 1, host: "127.0.0.1" }).on("error", resolve);
  });

const passing = { isAmbiguous: false, remedy: "again" } as const;
const unknown = { reason: "unknown", isAmbiguous: true, remedy: "again" } as const;
const unavailable = { reason: "unavailable", ...passing } as const;
const throttling = { reason: "throttled", ...passing } as const;
const final = { reason: "rejected", isAmbiguous: false, remedy: "none" } as const;

/** An answer in which Kinesis names no error, as the SDK throws it. */
const nameless = (status: number) => serviceError("Unknown", status, "UnknownError");
const notJson = (status: number) =>
  Object.assign(new SyntaxError("Unexpected token '<'"), { $metadata: { httpStatusCode: status } });

describe("what a failed call says of its records", () => {
  test.each<[string, unknown, object, string]>([
    ["a key that Kinesis does not find", serviceError("KMSNotFoundException", 400), final, "stream"],
    ["a key that is disabled", serviceError("KMSDisabledException", 400), final, "stream"],
    ["a key that may not be used", serviceError("KMSAccessDeniedException", 400), final, "stream"],
    ["no such stream", serviceError("ResourceNotFoundException", 400), final, "stream"],
    ["an unknown 4xx", serviceError("SomethingNew", 418), unavailable, "moment"],
    ["a throttled call", serviceError("ProvisionedThroughputExceededException", 400), throttling, "moment"],
    ["a throttled key", serviceError("KMSThrottlingException", 400), throttling, "moment"],
    ["ThrottledException", serviceError("ThrottledException", 400), throttling, "moment"],
    ["ThrottlingException", serviceError("ThrottlingException", 400), throttling, "moment"],
    ["RequestThrottledException", serviceError("RequestThrottledException", 400), throttling, "moment"],
    ["SlowDown", serviceError("SlowDown", 400), throttling, "moment"],
    ["status 429", serviceError("Whatever", 429), throttling, "moment"],
    ["a stream that is being changed", serviceError("ResourceInUseException", 400), unavailable, "moment"],
    ["invalid input", serviceError("ValidationException", 400), { ...final, remedy: "apart" }, "record"],
    ["an invalid name of the stream", invalidStreamName, final, "caller"],
    ["a 5xx", serviceError("InternalFailure", 500), unknown, "moment"],
    ["a 503", serviceError("ServiceUnavailable", 503), unknown, "moment"],
    ["InternalFailure with a 4xx", serviceError("InternalFailure", 400), unknown, "moment"],
    ["ServiceUnavailable with a 4xx", serviceError("ServiceUnavailable", 400), unknown, "moment"],
    ["InternalServerError with a 4xx", serviceError("InternalServerError", 400), unknown, "moment"],
    ["RequestTimeoutException", serviceError("RequestTimeoutException", 400), unknown, "moment"],
    ["a 408", nameless(408), unknown, "moment"],
    ["a 408 that bears the name of a login problem", serviceError("AccessDeniedException", 408), unknown, "moment"],
    ["a 5xx that bears the name of a login problem", serviceError("AccessDeniedException", 500), unknown, "moment"],
    ["an empty 400, which anybody may have sent", nameless(400), unknown, "moment"],
    ["a 404 in HTML", notJson(404), unknown, "moment"],
    ["a 403 of a proxy", notJson(403), unavailable, "moment"],
    ["a 407 of a proxy", notJson(407), unavailable, "moment"],
    ["a redirect", nameless(302), unavailable, "moment"],
    ["a 413", notJson(413), { reason: "unavailable", isAmbiguous: false, remedy: "smaller" }, "caller"],
    ["a 502 of a proxy", notJson(502), unknown, "moment"],
    ["a 200 that is no JSON", notJson(200), unknown, "moment"],
    ["a clock that is wrong", serviceError("RequestTimeTooSkewed", 403), unavailable, "moment"],
    [
      "a signature that came late",
      serviceError("InvalidSignatureException", 400, "Signature expired: 20260101T000000Z is now earlier than …"),
      unavailable,
      "moment",
    ],
    ["a signature with a wrong key", serviceError("InvalidSignatureException", 400), final, "caller"],
    ["no permission", serviceError("AccessDeniedException", 400), final, "caller"],
    ["expired credentials", serviceError("ExpiredTokenException", 400), final, "caller"],
    ["no credentials", Object.assign(new Error("none"), { name: "CredentialsProviderError" }), final, "caller"],
    ["a reset", Object.assign(new Error("socket hang up"), { code: "ECONNRESET" }), unknown, "moment"],
    [
      "a reset while writing",
      Object.assign(new Error("write EPIPE"), { code: "EPIPE", syscall: "write" }),
      unknown,
      "moment",
    ],
    ["a timeout", Object.assign(new Error("timed out"), { name: "TimeoutError" }), unknown, "moment"],
    ["something thrown that is no error", "oops", unknown, "moment"],
    ["nothing thrown", undefined, unknown, "moment"],
    [
      "a name that does not resolve",
      Object.assign(new Error("getaddrinfo ENOTFOUND"), { syscall: "getaddrinfo" }),
      unavailable,
      "moment",
    ],
  ])("%s", (_title, thrown, fault, concerns) => {
    const classified = classifyCallError(thrown, "s");
    expect(classified).toMatchObject(fault);
    expect(classified.toError(1).concerns).toBe(concerns);
  });

  test("a connection that was refused: nothing was sent, so nothing is stored", async () => {
    expect(classifyCallError(await refusedConnection(), "s")).toMatchObject(passing);
  });

  test.each([
    ["AccessDeniedException", 400],
    ["ProvisionedThroughputExceededException", 400],
    ["ValidationException", 400],
  ])("%s after attempts that the SDK made on its own: one of those may have stored them", (name, status) => {
    const error = serviceError(name, status);
    const once = classifyCallError(error, "s");
    Object.assign((error as unknown as { $metadata: object }).$metadata, { attempts: 2 });
    const { reason, remedy } = once;
    expect(once.isAmbiguous).toBe(false);
    expect(classifyCallError(error, "s")).toMatchObject({ reason, remedy, isAmbiguous: true });
  });

  test("a wrong clock that the SDK has corrected is worth another try", () => {
    const error = serviceError("InvalidSignatureException", 400);
    expect(classifyCallError(error, "s").remedy).toBe("none");
    Object.assign((error as unknown as { $metadata: object }).$metadata, { clockSkewCorrected: true });
    expect(classifyCallError(error, "s")).toMatchObject(passing);
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
