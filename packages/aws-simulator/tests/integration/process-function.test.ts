import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { strToU8, zipSync } from "fflate";
import { type FunctionLogLine, ProcessFunction, type ProcessFunctionOptions } from "../../src/index.ts";

const started: ProcessFunction[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((fn) => fn.stop()));
});

function createFunction(
  source: string,
  options: Partial<ProcessFunctionOptions> = {},
  file = "index.mjs",
): ProcessFunction {
  const fn = new ProcessFunction({
    functionName: "under-test",
    code: { zip: zipSync({ [file]: strToU8(source) }) },
    handler: "index.handler",
    ...options,
  });
  started.push(fn);
  return fn;
}

async function until(isTrue: () => boolean, deadlineMs = 10_000): Promise<void> {
  const end = Date.now() + deadlineMs;
  while (!isTrue()) {
    if (Date.now() > end) throw new Error("The condition did not come true in time.");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("a function in a process of its own", () => {
  test("answers with what its handler returns, in the same process for one invocation after the other", async () => {
    const fn = createFunction(`
      let calls = 0;
      export const handler = async (event) => ({ sum: event.a + event.b, calls: ++calls, pid: process.pid });
    `);
    const first = await fn.invoke({ a: 1, b: 2 });
    const second = await fn.invoke({ a: 3, b: 4 });
    expect(first).toEqual({ sum: 3, calls: 1, pid: fn.pids()[0] });
    expect(second).toEqual({ sum: 7, calls: 2, pid: fn.pids()[0] });
    expect(fn.stats()).toMatchObject({ invocations: 2, errors: 0, coldStarts: 1, initDurationMs: { count: 1 } });
  });

  test("sees its configured variables, Lambda's own, and nothing of the process around it", async () => {
    process.env.SECRET_OF_THE_PARENT = "x";
    const fn = createFunction("export const handler = async () => process.env;", {
      environment: { STAGE: "local", AWS_REGION: "not this" },
      extraEnvironment: { AWS_ENDPOINT_URL_KINESIS: "http://127.0.0.1:1" },
      region: "eu-west-1",
      memoryMb: 512,
    });
    const environment = (await fn.invoke({})) as Record<string, string>;
    delete process.env.SECRET_OF_THE_PARENT;
    expect(environment).toMatchObject({
      STAGE: "local",
      AWS_ENDPOINT_URL_KINESIS: "http://127.0.0.1:1",
      AWS_REGION: "eu-west-1",
      AWS_LAMBDA_FUNCTION_NAME: "under-test",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "512",
      _HANDLER: "index.handler",
    });
    expect(Object.keys(environment).sort()).toEqual(
      [
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_ENDPOINT_URL_KINESIS",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "LAMBDA_TASK_ROOT",
        "LANG",
        "PATH",
        "STAGE",
        "TZ",
        "_HANDLER",
      ].sort(),
    );
  });

  test("has a context with the time that remains", async () => {
    const fn = createFunction(
      "export const handler = async (_event, context) => ({ ...context, remaining: context.getRemainingTimeInMillis() });",
      { timeoutMs: 5_000 },
    );
    const context = (await fn.invoke({}, { requestId: "request-1" })) as Record<string, unknown>;
    expect(context).toMatchObject({
      functionName: "under-test",
      functionVersion: "$LATEST",
      invokedFunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:under-test",
      memoryLimitInMB: "128",
      awsRequestId: "request-1",
    });
    expect(context.remaining).toBeGreaterThan(4_000);
    expect(context.remaining).toBeLessThanOrEqual(5_000);
  });

  test.each([
    ["an ES module", "index.mjs", "export const handler = async () => 'ok';"],
    ["a CommonJS module by its extension", "index.cjs", "exports.handler = async () => 'ok';"],
    ["a CommonJS module by its syntax", "index.js", "module.exports.handler = async () => 'ok';"],
    ["an ES module by its syntax", "index.js", "export const handler = async () => 'ok';"],
  ])("finds its handler in %s", async (_kind, file, source) => {
    await expect(createFunction(source, {}, file).invoke({})).resolves.toBe("ok");
  });

  test("finds a handler in a folder and behind a path of names", async () => {
    const fn = createFunction(
      "export const api = { v1: { run: async () => 'found' } };",
      { handler: "src/app.api.v1.run" },
      "src/app.mjs",
    );
    await expect(fn.invoke({})).resolves.toBe("found");
  });

  test.each([
    ["INIT_FAILED", "Runtime.ImportModuleError", "export const handler = 1;", "missing.handler"],
    ["INIT_FAILED", "Runtime.HandlerNotFound", "export const other = 1;", "index.handler"],
    ["INIT_FAILED", "RangeError", "throw new RangeError('bad configuration');", "index.handler"],
    ["UNHANDLED", "TypeError", "export const handler = async () => { throw new TypeError('no'); };", "index.handler"],
    [
      "UNHANDLED",
      "Runtime.UnhandledPromiseRejection",
      "export const handler = () => { Promise.reject(new Error('lost')); return new Promise((r) => setTimeout(r, 5000)); };",
      "index.handler",
    ],
    ["EXITED", "Runtime.ExitError", "export const handler = () => process.exit(3);", "index.handler"],
  ])("reports %s with %s", async (code, errorType, source, handler) => {
    const fn = createFunction(source, { handler });
    await expect(fn.invoke({})).rejects.toMatchObject({ name: "FunctionError", code, errorType });
    expect(fn.stats()).toMatchObject({ invocations: 1, errors: 1 });
  });

  test("is killed when its time is over, and starts anew for the next invocation", async () => {
    const fn = createFunction(
      "export const handler = async (event) => { if (event.hang) for (;;); return process.pid; };",
      { timeoutMs: 300 },
    );
    const before = (await fn.invoke({})) as number;
    await expect(fn.invoke({ hang: true })).rejects.toMatchObject({
      code: "TIMED_OUT",
      message: expect.stringMatching(/Task timed out after 0\.30 seconds$/),
    });
    const after = (await fn.invoke({})) as number;
    expect(after).not.toBe(before);
    await until(() => !isAlive(before));
    expect(fn.stats()).toMatchObject({ timeouts: 1, coldStarts: 2 });
  });

  test("reports the invocation in flight when its process is killed, and starts anew", async () => {
    const fn = createFunction(
      "export const handler = async (event) => { if (event.wait) await new Promise((r) => setTimeout(r, 60000)); return process.pid; };",
      { timeoutMs: 60_000 },
    );
    const victim = (await fn.invoke({})) as number;
    const inFlight = fn.invoke({ wait: true });
    await until(() => fn.stats().inFlight === 1);
    process.kill(victim, "SIGKILL");
    await expect(inFlight).rejects.toMatchObject({ code: "EXITED", message: expect.stringContaining("SIGKILL") });
    await expect(fn.invoke({})).resolves.not.toBe(victim);
    expect(fn.stats()).toMatchObject({ exits: 1, coldStarts: 2 });
  });

  test("recovers when an idle process is killed", async () => {
    const fn = createFunction("export const handler = async () => process.pid;");
    const victim = (await fn.invoke({})) as number;
    process.kill(victim, "SIGKILL");
    await until(() => fn.pids().length === 0);
    await expect(fn.invoke({})).resolves.not.toBe(victim);
    expect(fn.stats().errors).toBe(0);
  });

  test("runs as many processes as it may, and the rest of the invocations wait", async () => {
    const fn = createFunction(
      "export const handler = async () => { await new Promise((r) => setTimeout(r, 50)); return process.pid; };",
      { concurrency: 2 },
    );
    const pids = await Promise.all(Array.from({ length: 6 }, () => fn.invoke({})));
    expect(new Set(pids).size).toBe(2);
    expect(fn.stats()).toMatchObject({ invocations: 6, coldStarts: 2, queued: 0 });
  });

  test("waits for the process at work as long as it has patience, and no longer", async () => {
    const source =
      "export const handler = async (event) => { if (event.hang) await new Promise(() => undefined); return process.pid; };";
    const patient = createFunction(source, { concurrency: 2, patienceMs: 60_000, timeoutMs: 60_000 });
    const pids = await Promise.all(Array.from({ length: 6 }, () => patient.invoke({})));
    expect(new Set(pids).size).toBe(1);
    const hasty = createFunction(source, { concurrency: 2, patienceMs: 1, timeoutMs: 60_000 });
    const first = await hasty.invoke({});
    hasty.invoke({ hang: true }).catch(() => undefined);
    await expect(hasty.invoke({})).resolves.not.toBe(first);
    expect(hasty.stats()).toMatchObject({ coldStarts: 2, queued: 0 });
    await hasty.stop();
  });

  test("refuses what is too much, when it is told to", async () => {
    const fn = createFunction(
      "export const handler = async () => { await new Promise((r) => setTimeout(r, 200)); return 1; };",
      { concurrency: 1, whenBusy: "throttle" },
    );
    const first = fn.invoke({});
    await expect(fn.invoke({})).rejects.toMatchObject({ name: "TooManyRequestsException", code: "THROTTLED" });
    await expect(first).resolves.toBe(1);
    expect(fn.stats().throttles).toBe(1);
  });

  test("does not let waiting invocations hang when a process dies under another one", async () => {
    const fn = createFunction(
      "export const handler = async (event) => { if (event.die) process.kill(process.pid, 'SIGKILL'); return 'alive'; };",
      { concurrency: 1 },
    );
    const results = await Promise.allSettled([fn.invoke({ die: true }), fn.invoke({}), fn.invoke({})]);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
  });

  test("fails the invocations that wait when it is stopped, and those under way", async () => {
    const fn = createFunction("export const handler = () => new Promise((r) => setTimeout(r, 60000));", {
      concurrency: 1,
      timeoutMs: 60_000,
    });
    const results = Promise.allSettled([fn.invoke({}), fn.invoke({})]);
    await until(() => fn.stats().inFlight === 1 && fn.stats().queued === 1);
    await fn.stop();
    expect((await results).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });

  test("passes its lines on with the invocation they belong to", async () => {
    const lines: FunctionLogLine[] = [];
    const fn = createFunction(
      "console.log('loading'); export const handler = async () => { console.log('working'); console.error('oh'); };",
      { onLog: (line) => lines.push(line) },
    );
    await expect(fn.invoke({}, { requestId: "r1" })).resolves.toBeNull();
    await until(() => lines.length === 3);
    expect(lines).toContainEqual(expect.objectContaining({ stream: "stdout", line: "loading" }));
    expect(lines).toContainEqual(expect.objectContaining({ stream: "stdout", line: "working", pid: fn.pids()[0] }));
    expect(lines).toContainEqual(expect.objectContaining({ stream: "stderr", line: "oh" }));
  });

  test("takes an event of several megabytes", async () => {
    const fn = createFunction("export const handler = async (event) => event.text.length;", { memoryMb: 256 });
    await expect(fn.invoke({ text: "x".repeat(6_000_000) })).resolves.toBe(6_000_000);
  });

  test("leaves no process and no folder behind when it is stopped", async () => {
    const fn = createFunction("export const handler = async () => process.cwd();");
    const folder = (await fn.invoke({})) as string;
    const [pid] = fn.pids();
    await fn.stop();
    expect(isAlive(pid!)).toBe(false);
    expect(existsSync(folder)).toBe(false);
    await expect(fn.invoke({})).rejects.toThrow("is stopped");
  });

  test("does not outlive the process that invoked it, even in an endless loop", async () => {
    const folder = mkdtempSync(join(tmpdir(), "function-"));
    const pidFile = join(folder, "pid");
    writeFileSync(
      join(folder, "index.mjs"),
      `import { writeFileSync } from "node:fs";
       export const handler = async () => { writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); for (;;); };`,
    );
    const script = join(import.meta.dirname, "../fixtures/invoke-function.ts");
    const invoker = spawn(process.execPath, ["--conditions=@millrace/source", script, folder], { stdio: "ignore" });
    const readPid = (): number => (existsSync(pidFile) ? Number(readFileSync(pidFile, "utf8")) : 0);
    await until(() => readPid() > 0);
    const pid = readPid();
    expect(isAlive(pid)).toBe(true);
    invoker.kill("SIGKILL");
    await until(() => !isAlive(pid));
    rmSync(folder, { recursive: true });
  });

  test("runs code from a folder and leaves the folder alone", async () => {
    const folder = mkdtempSync(join(tmpdir(), "function-"));
    writeFileSync(join(folder, "index.mjs"), "export const handler = async () => 'from a folder';");
    const fn = createFunction("", { code: { folder } });
    await expect(fn.invoke({})).resolves.toBe("from a folder");
    await fn.stop();
    rmSync(folder, { recursive: true });
  });

  test("refuses a bundle whose entries lead out of it", async () => {
    const fn = createFunction("", { code: { zip: zipSync({ "../outside.mjs": strToU8("") }) } });
    await expect(fn.prepare()).rejects.toThrow("outside of itself");
  });

  test("is known to work before its first invocation, or not to", async () => {
    const good = createFunction("export const handler = async () => process.pid;");
    await good.initialize();
    const [pid] = good.pids();
    expect(await good.invoke({})).toBe(pid);
    const bad = createFunction("throw new TypeError('no such table');");
    await expect(bad.initialize()).rejects.toMatchObject({
      code: "INIT_FAILED",
      message: expect.stringContaining("no such table"),
    });
  });

  test("is retired when the invocations under way and those that wait are over", async () => {
    const fn = createFunction(
      "export const handler = async (event) => (await new Promise((done) => setTimeout(done, 50)), event);",
      { concurrency: 1 },
    );
    const answers = [fn.invoke(1), fn.invoke(2), fn.invoke(3)];
    await fn.retire();
    expect(await Promise.all(answers)).toEqual([1, 2, 3]);
    expect(fn.pids()).toEqual([]);
    await expect(fn.invoke(4)).rejects.toThrow(/is stopped/);
  });
});
