import { describe, expect, test } from "@jest/globals";
import { createLogger, parseLogLevel } from "../../src/index.ts";

function createRecorder(level: "debug" | "warn" = "debug") {
  const lines: string[] = [];
  const logger = createLogger({
    level,
    base: { service: "enrichment" },
    clock: { now: () => 0 },
    write: (line) => lines.push(line),
  });
  return { logger, lines };
}

class CodedError extends Error {
  readonly code = "STREAM_GONE";
}

describe("createLogger", () => {
  test("writes one JSON object per line", () => {
    const { logger, lines } = createRecorder();
    logger.info("Batch done", { count: 3 });
    expect(lines).toEqual([
      '{"level":"info","time":"1970-01-01T00:00:00.000Z","message":"Batch done","service":"enrichment","count":3}',
    ]);
  });

  test("writes a map of counts as an object, at most 50 of them, and leaves out what is undefined", () => {
    const { logger, lines } = createRecorder();
    logger.info("Batch done", { badRows: new Map([["not-json", 2]]), traceId: undefined });
    expect(lines[0]).toContain('"badRows":{"not-json":2}}');
    logger.info("Batch done", {
      badRows: new Map(Array.from({ length: 60 }, (_, index) => [`kind-${index}`, 1])),
    });
    expect(lines[1]).toContain('"kind-49":1}}');
  });

  test("leaves out lines below its level", () => {
    const { logger, lines } = createRecorder("warn");
    logger.info("no");
    logger.warn("yes");
    expect(lines).toHaveLength(1);
  });

  test("never quotes what V8 quotes in the message of a parse error", () => {
    const { logger, lines } = createRecorder();
    try {
      JSON.parse('{"email":"canary@leak.example" oops');
    } catch (error) {
      logger.error("Could not read", { error });
    }
    expect(lines[0]).not.toContain("canary");
    const { error } = JSON.parse(lines[0]!);
    expect(error.name).toBe("SyntaxError");
    expect(error.stack[0]).toMatch(/^at JSON\.parse/);
  });

  test("keeps the message of errors with a code, and describes causes alike", () => {
    const { logger, lines } = createRecorder();
    logger.error("Failed", { error: new CodedError("Stream is gone", { cause: new TypeError("canary") }) });
    expect(JSON.parse(lines[0]!).error).toMatchObject({
      code: "STREAM_GONE",
      message: "Stream is gone",
      cause: { name: "TypeError" },
    });
    expect(lines[0]).not.toContain("canary");
  });

  test("never quotes what Node quotes of an argument that it does not take", () => {
    const { logger, lines } = createRecorder();
    // As `Buffer.alloc("canary@leak.example")` throws it.
    const message = `The "size" argument must be of type number. Received type string ('canary@leak.example')`;
    logger.error("Failed", { error: Object.assign(new TypeError(message), { code: "ERR_INVALID_ARG_TYPE" }) });
    expect(JSON.parse(lines[0]!).error).toMatchObject({ name: "TypeError", code: "ERR_INVALID_ARG_TYPE" });
    expect(lines[0]).not.toContain("canary");
  });

  test("does not take lines of a message for stack frames", () => {
    const { logger, lines } = createRecorder();
    logger.error("Failed", { error: new Error("first\n    at canary street 5") });
    expect(lines[0]).not.toContain("canary");
  });

  test("does not follow a chain of causes for ever", () => {
    const { logger, lines } = createRecorder();
    const error = new Error("loop");
    error.cause = error;
    logger.error("Failed", { error });
    expect(lines).toHaveLength(1);
  });

  test("cuts long text", () => {
    const { logger, lines } = createRecorder();
    logger.info("m".repeat(5_000), { reason: "r".repeat(5_000) });
    expect(lines[0]!.length).toBeLessThan(2_200);
  });
});

test("parseLogLevel falls back to info", () => {
  expect([parseLogLevel("debug"), parseLogLevel("loud"), parseLogLevel(undefined)]).toEqual(["debug", "info", "info"]);
});
