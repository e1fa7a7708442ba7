import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type { World } from "./scenarios.ts";
import { sendEvents } from "./run-local.ts";

const page = join(import.meta.dirname, "..", "..", "..", "..", "docs", "test-an-application.md");

/** Blocks of the page for application teams, in a language, in order. */
const blocksOf = (language: string): readonly string[] =>
  [...readFileSync(page, "utf8").matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, "gm"))].map(
    ([, code = ""]) => code,
  );

const click = (id: string, sessionId: string) => ({
  ...{ id, source: "https://shop.example/web", type: "search.click", subject: "visitor-7" },
  data: {
    context: { pageUrl: "https://shop.example/search", sessionId, visitorId: "visitor-7", email: "ada@mail.example" },
    ...{ queryId: "q-1", query: "tent", productId: "SKU-3002", rank: 1 },
  },
});

/** Runs the examples of docs/test-an-application.md as they are written, against a shop of one link. */
export async function followTestPage(world: World): Promise<void> {
  await runStartExample(world);
  await runPlaywrightExample(world);
  await runCurlExample(world);
}

/** The command that starts the pipeline gives way to one that is ready after a second: this world has one already. */
async function runStartExample({ run }: World): Promise<void> {
  const script = blocksOf("sh").find((block) => block.includes("MILLRACE_CONSOLE=")) ?? "";
  const started = script.replace(/^npx .* start .*(?= &$)/m, "(sleep 1; mkdir new; cp $RUN_FILE new; mv new .local)");
  assert.notEqual(started, script, "The example does not start the pipeline.");
  const folder = mkdtempSync(join(tmpdir(), "millrace-test-page-"));
  try {
    const { stdout } = await promisify(execFile)("bash", ["-ec", `${started}\necho "$MILLRACE_CONSOLE"`], {
      ...{ cwd: folder, env: { ...process.env, RUN_FILE: run.runFile } },
    });
    assert.equal(stdout.trim(), run.consoleUrl);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runPlaywrightExample({ page: shown, run }: World): Promise<void> {
  const [example = ""] = blocksOf("ts");
  const shop = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://shop");
    const session = url.searchParams.get("session") ?? "";
    if (url.pathname === "/search") {
      response.end(`<!doctype html><title>Shop</title><a href="/product?session=${session}">Dome Tent</a>`);
      return;
    }
    // The page of the shop would send it with the client.
    void sendEvents(run, [click(crypto.randomUUID(), session)]).finally(() => response.end("<!doctype html>Tent"));
  });
  await new Promise<void>((resolve) => shop.listen(0, "127.0.0.1", resolve));
  const baseURL = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
  const context = await shown.context().browser()?.newContext({ baseURL });
  if (context === undefined) throw new Error("There is no browser.");
  const folder = mkdtempSync(join(tmpdir(), "millrace-test-page-"));
  try {
    const file = join(folder, "example.ts");
    writeFileSync(
      file,
      example
        .replace(
          'import { expect, test } from "@playwright/test";',
          "const { expect, test } = globalThis.playwrightTest;",
        )
        .replace('"@millrace/client/testing"', JSON.stringify(import.meta.resolve("@millrace/client/testing"))),
    );
    const tests: { readonly name: string; readonly body: (fixtures: object) => Promise<void> }[] = [];
    const expect = (actual: unknown) => ({
      toContain: (item: unknown) => assert.ok((actual as []).includes(item as never)),
    });
    Object.assign(globalThis, {
      playwrightTest: { expect, test: (name: string, body: () => Promise<void>) => void tests.push({ name, body }) },
    });
    process.env["MILLRACE_CONSOLE"] = run.consoleUrl;
    await import(pathToFileURL(file).href);
    assert.equal(tests.length, 1);
    for (const { body } of tests) await body({ page: await context.newPage() });
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await context.close();
    shop.closeAllConnections();
    shop.close();
  }
}

/** The comment in the middle stands for whatever sends events. */
async function runCurlExample({ run }: World): Promise<void> {
  const script = blocksOf("sh").find((block) => block.includes("curl")) ?? "";
  const [before = "", after = ""] = script.split(/^# .*$/m);
  assert.ok(after.includes("jq"), "The example with curl has no comment in its middle.");
  const shell = async (text: string): Promise<string> =>
    (
      await promisify(execFile)("bash", ["-ec", text], {
        env: { ...process.env, MILLRACE_CONSOLE: run.consoleUrl },
      })
    ).stdout;
  const mark = (await shell(`${before}\necho "$mark"`)).trim();
  await sendEvents(run, [click("hello-1", "s-curl")]);
  let printed = "";
  for (const deadlineMs = Date.now() + 30_000; Date.now() < deadlineMs; ) {
    printed = await shell(`mark=${mark}\n${after}`);
    if (/^[1-9]\d*\n/.test(printed) && printed.includes('"verdict": "delivered"')) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`The example with curl prints: ${printed}`);
}
