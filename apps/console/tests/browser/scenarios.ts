import { connectPipeline, PipelineTestError } from "@millrace/client/testing";
import type { Page } from "@millrace/jest-preset/chromium";
import { readFileSync } from "node:fs";
import type { ExplainAnswer } from "../../src/api.ts";
import { createRequire } from "node:module";
import { listenConsole } from "../../src/server/listen-console.ts";
import { builtPage } from "../../src/server/page-files.ts";
import { LocalSource } from "../../src/source/local-source.ts";
import { followTestPage } from "./follow-test-page.ts";
import { fates } from "./fates.ts";
import { createStream, type LocalRun, putRawRecord, sendEvents } from "./run-local.ts";

/** The browser and the pipeline that a scenario has. */
export interface World {
  readonly page: Page;
  readonly run: LocalRun;
  /** Keeps what is seen, where pictures are wanted. */
  readonly picture: (name: string) => Promise<void>;
}

export interface Scenario {
  readonly name: string;
  /** @throws Error with the fault */
  readonly play: (world: World) => Promise<void>;
}

const waitMs = 60_000;
const source = "https://shop.example/web";

function check(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

const open = async ({ page, run }: World, address: string): Promise<void> => {
  await page.goto(`${run.consoleUrl}#/${address}`);
  await page.locator("main").waitFor();
};

/** Waits until a text is seen. Asks again where the page does not by itself. */
async function untilText(page: Page, selector: string, text: string | RegExp): Promise<void> {
  await page.locator(selector).filter({ hasText: text }).first().waitFor({ timeout: waitMs });
}

const purchase = (id: string, data: object = {}) => ({
  id,
  source,
  type: "commerce.purchase",
  subject: "visitor-9",
  data: {
    context: { pageUrl: "https://shop.example/checkout/done", sessionId: "s-9", visitorId: "visitor-9" },
    orderId: "o-9",
    total: 12.5,
    currency: "EUR",
    items: [
      { product: { productId: "SKU-1", name: "Tent", category: "camping", price: 12.5, currency: "EUR" }, quantity: 1 },
    ],
    customer: { name: "Ada Lovelace", email: "ada@mail.example" },
    ...data,
  },
});

/** Each fate is on the page as it is: the console has the routes that the router has. */
async function explainFates({ page, run }: World): Promise<void> {
  const source = new LocalSource({ controlUrl: run.controlUrl, routesFolder: run.routesFolder });
  const { server, url } = await listenConsole({ source, token: "t".repeat(32), port: 0, page: builtPage() });
  try {
    for (const { put } of fates) await put?.(run);
    for (const { id, then } of fates) await then?.(run, () => untilLanded(url, id));
    for (const { id, told } of fates) {
      const deadlineMs = Date.now() + waitMs;
      let text = "";
      for (let tries = 0; !told.test(text) && Date.now() < deadlineMs; tries += 1) {
        await page.goto(`${url}#/explain?id=${id}&n=${tries}`);
        await page.reload();
        await page.locator(".explanation").waitFor({ timeout: waitMs });
        text = (await page.locator(".verdicts li, .verdict").allInnerTexts()).join("\n");
        if (!told.test(text)) await page.waitForTimeout(500);
      }
      check(told.test(text), `Of the event "${id}" the page says: ${text}`);
    }
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Until the warehouse has the event. */
async function untilLanded(consoleUrl: string, id: string): Promise<void> {
  for (const deadlineMs = Date.now() + waitMs; Date.now() < deadlineMs; ) {
    const { explained } = (await (await fetch(`${consoleUrl}api/explain?id=${id}`)).json()) as ExplainAnswer;
    if (explained.events.some(({ rows }) => rows.length > 0)) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`The event "${id}" did not come to the warehouse.`);
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Serious violations of the page as it stands; in the dark only its colours are other ones. */
async function seriousViolations(page: Page, scheme: "light" | "dark"): Promise<readonly string[]> {
  await page.evaluate(axe);
  const options = { resultTypes: ["violations"], ...(scheme === "dark" ? { runOnly: ["color-contrast"] } : {}) };
  return page.evaluate(async (asked) => {
    type Violation = { id: string; impact: string; nodes: { html: string }[] };
    const { axe: checker } = window as unknown as {
      axe: { run: (options: object) => Promise<{ violations: Violation[] }> };
    };
    const { violations } = await checker.run(asked);
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160) ?? ""}`);
  }, options);
}

/** Presses the second key when the page has drawn what the first one did, and before the browser has painted it. */
function pressBeforePaint(page: Page, ...keys: readonly [string, string]): Promise<void> {
  return page.evaluate(async (given) => {
    for (const key of given) {
      document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
      // Preact draws in a microtask.
      for (let turns = 0; turns < 10; turns += 1) await Promise.resolve();
    }
  }, keys);
}

export const scenarios: readonly Scenario[] = [
  {
    name: "find why order X did not reach fraud",
    play: async (world) => {
      const { page, run, picture } = world;
      await sendEvents(run, [purchase("order-x")]);
      await open(world, "events");
      await page.getByLabel("Search events").fill("id:order-x");
      const rows = page.locator(".list-body .row");
      for (let tries = 0; (await rows.count()) === 0 && tries < 240; tries += 1) {
        await page.locator(".search button").click();
        await page.waitForTimeout(250);
        await page
          .getByLabel("Search events")
          .fill(tries % 2 === 0 ? "id:order-x " : "id:order-x type:commerce.purchase");
      }
      await rows.first().click();
      const row = page.locator("table.routes tr", { hasText: "fraud/purchases" });
      // The router gives a destination up after some seconds; each look explains again.
      for (let tries = 0; !((await row.textContent()) ?? "").includes("undelivered") && tries < 120; tries += 1) {
        await page.waitForTimeout(500);
        await page.locator(".detail-close").click();
        await rows.first().click();
        await row.waitFor();
      }
      await untilText(page, ".verdicts li", /fraud\/purchases could not be delivered: the event waits in the lake/);
      check(
        !(await page.locator(".detail").innerText()).includes("ada@mail.example"),
        "The page shows what is masked.",
      );
      await page.getByRole("button", { name: "Open the raw event" }).click();
      await untilText(page, ".copy", "ada@mail.example");
      await picture("explain");
    },
  },
  {
    name: "the page explains events of twelve fates",
    play: explainFates,
  },
  {
    name: "redrive one destination",
    play: async (world) => {
      const { page, run, picture } = world;
      await sendEvents(run, [purchase("order-y")]);
      await open(world, "routes");
      const fraud = page.locator("section.application", { has: page.locator("h2", { hasText: /^fraud$/ }) });
      await fraud.getByText(/[1-9]\d* undelivered/).waitFor({ timeout: waitMs });
      await createStream(run, "millrace-local-fraud");
      await fraud.getByRole("button", { name: "Dry run" }).click();
      await fraud.getByText(/would deliver [1-9]\d* of/).waitFor({ timeout: waitMs });
      await fraud.getByRole("button", { name: "Redrive fraud" }).click();
      await fraud.getByText(/^delivered [1-9]\d* of/).waitFor({ timeout: waitMs });
      await picture("redrive");
      const row = page.locator("table.routes tr", { hasText: "fraud/purchases" });
      for (let tries = 0; tries < 60; tries += 1) {
        await open(world, `explain?id=order-y&n=${tries}`);
        await row.waitFor({ timeout: waitMs });
        if (/[^n]delivered/.test(await row.innerText())) break;
        await page.waitForTimeout(500);
      }
      check(/[^n]delivered/.test(await row.innerText()), "The redriven order did not reach fraud.");
    },
  },
  {
    name: "a bar of a chart leads to its events, and a bad row opens",
    play: async (world) => {
      const { page, run } = world;
      await putRawRecord(run, '{"specversion":"1.0","id":"torn","email":"ada@mail.example"');
      await open(world, "events?q=status%3Abad");
      const rows = page.locator(".list-body .row", { hasText: "not JSON" });
      for (let tries = 0; (await rows.count()) === 0 && tries < 240; tries += 1) {
        await page.waitForTimeout(250);
        await page.getByLabel("Search events").fill(tries % 2 === 0 ? "status:bad type:not-json" : "status:bad");
        await page.locator(".search button").click();
      }
      // The sample traffic has lines of that kind too, and a newer one lies above.
      const record = page.locator(".detail .plain-list");
      for (let index = 0; index === 0 || !(await record.innerText()).includes("ada@mail.example"); index += 1) {
        await rows.nth(index).click();
        await untilText(page, ".verdict", "The line is not JSON");
        const detail = await page.locator(".detail").innerText();
        check(!detail.includes("ada@mail.example"), "A bad row shows what it holds.");
        await page.getByRole("button", { name: "Open the record" }).click();
        await record.waitFor({ timeout: waitMs });
      }

      await open(world, "quality");
      const chart = page.locator(".group-detail .u-over");
      await chart.waitFor({ timeout: waitMs });
      const box = await chart.boundingBox();
      if (box === null) throw new Error("The chart is not there.");
      // The newest minute is at the right.
      await page.mouse.move(box.x + box.width - 30, box.y + box.height / 2);
      await page.mouse.down();
      await page.mouse.up();
      await page.locator(".events").waitFor({ timeout: waitMs });
      check(/time%3A\d{4}-/.test(page.url()), `A bar leads to ${page.url()}.`);
      await page.locator(".list-body .row").first().waitFor({ timeout: waitMs });
    },
  },
  {
    name: "routes and contracts have rate, freshness, readers and tests",
    play: async (world) => {
      const { page } = world;
      await open(world, "routes");
      const clicks = page.locator("section.application tr", { hasText: "search-clicks" }).first();
      await clicks.filter({ hasText: /[\d.]+ \/ s\s*[\d.]+ m?s\s*[\d.]+ m?s ago/ }).waitFor({ timeout: waitMs });
      const contract = page.locator("table.contracts tr", { hasText: "search/click/1-1-0" });
      await contract.filter({ hasText: /recommendations \(team-/ }).waitFor({ timeout: waitMs });
      await untilText(page, "table.contracts tr", /search\/click\/1-1-0 \(newest\).*[1-9]\d* valid, [1-9]\d* invalid/s);
    },
  },
  {
    name: "since when is source Y invalid",
    play: async (world) => {
      const { page, run, picture } = world;
      const from = "https://shop.example/y";
      const click = (id: string, rank: unknown) => ({
        id,
        source: from,
        type: "search.click",
        subject: "visitor-2",
        data: {
          context: { pageUrl: "https://shop.example/search", sessionId: "s-2", visitorId: "visitor-2" },
          queryId: "q-1",
          query: "tent",
          productId: "SKU-1",
          rank,
        },
      });
      await sendEvents(run, [click("y-1", 1), click("y-2", 2)]);
      await sendEvents(
        run,
        ["y-3", "y-4", "y-5"].map((id) => click(id, "first")),
      );
      await open(world, "quality");
      const row = page.locator(".quality tr", { hasText: "shop.example/y" });
      await row.filter({ hasText: /3 · 60 %/ }).waitFor({ timeout: waitMs });
      await row.getByRole("button").click();
      await untilText(page, ".fault-list li", /\/data\/rank.*3 since \d\d:\d\d:\d\d/s);
      await page.getByRole("button", { name: "Replay, dry run" }).click();
      // The contract is as it was: what was invalid is so still.
      await untilText(page, ".group-detail pre", /3 of \d+ events are selected.*0 would be put/s);
      await picture("quality");
      await page.locator(".fault-list .samples a").first().click();
      await untilText(page, ".verdicts li", /It breaks its contract: \/data\/rank/);
    },
  },
  {
    name: "a contract and its routes are tried as one types",
    play: async (world) => {
      const { page, run } = world;
      await open(world, "playground");
      await untilText(page, ".fate h2", /valid.*try-1/);
      await page
        .getByLabel("Event as JSON")
        .fill(JSON.stringify({ specversion: "1.0", ...purchase("try-2", { total: "much" }) }));
      await untilText(page, ".fate h2", /invalid.*try-2/);
      await untilText(page, ".fate .faults li", "/data/total");
      await untilText(page, ".fate tr", /fraud\/broken-commerce.*takes it/);
      check(
        !(await page.locator(".fate").innerText()).includes("ada@mail.example"),
        "The dry run shows what is masked.",
      );
      const picked = await page.getByLabel("Pick an event").locator("option").nth(1).getAttribute("value");
      await page.getByLabel("Pick an event").selectOption(picked ?? "");
      await untilText(page, ".fate h2", picked ?? "");
      await page.getByLabel("Event as JSON").fill("{");
      await page.locator(".fates .problem").waitFor({ timeout: waitMs });
      const found = await fetch(`${run.consoleUrl}api/events?q=id:try-2`).then(
        (answer) => answer.json() as Promise<{ events: unknown[] }>,
      );
      check(found.events.length === 0, "A dry run stored its event.");
    },
  },
  {
    name: "a test of an application asks what became of its events",
    play: async ({ run }) => {
      const pipeline = connectPipeline(run.consoleUrl);
      await sendEvents(run, [purchase("app-before")]);
      await pipeline.waitForEvents("id:app-before", 1);
      const after = await pipeline.mark();
      await sendEvents(run, [purchase("app-1")]);
      const [order] = await pipeline.waitForEvents("type:commerce.purchase subject:visitor-9", 1, { after });
      check(order?.id === "app-1" && order.status === "valid", `The order is ${JSON.stringify(order)}.`);
      const fate = await pipeline.waitForRoute("app-1", "loyalty/points");
      check(fate.masked.includes("/data/customer/email: hmac (email)"), `Masked is ${fate.masked.join(", ")}.`);
      const refused = await pipeline
        .waitForRoute("app-1", "recommendations/search-clicks", { timeoutMs: 0 })
        .catch((error: unknown) => error);
      check(
        refused instanceof PipelineTestError &&
          refused.message.includes('event.type is "commerce.purchase", wanted "search.click"'),
        `A route that does not match says: ${String(refused)}`,
      );
    },
  },
  {
    name: "the page for application teams does what it says",
    play: followTestPage,
  },
  {
    name: "hostile events are text",
    play: async (world) => {
      const { page, run } = world;
      const html = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>';
      const deep = JSON.parse(`${'{"a":'.repeat(60)}1${"}".repeat(60)}`) as object;
      await sendEvents(run, [
        {
          id: "hostile-1",
          source,
          type: "shop.hostile",
          data: { html, deep, [html]: html, ansi: "\u001b[31m\u202eevil", long: "x".repeat(90_000) },
        },
      ]);
      const failures: string[] = [];
      const onError = (error: Error): void => void failures.push(error.message);
      page.on("pageerror", onError);
      for (let tries = 0; tries < 240; tries += 1) {
        await open(world, `explain?id=hostile-1&n=${tries}`);
        await page.locator(".explanation, .empty").first().waitFor();
        if ((await page.locator(".copy", { hasText: "Enriched" }).count()) > 0) break;
        await page.waitForTimeout(250);
      }
      await page.getByRole("button", { name: "Open the raw event" }).click();
      await untilText(page, ".copy", /\\u001b\[31m\\u202eevil/);
      await untilText(page, ".copy", /more characters/);
      check((await page.locator(".copy img, .copy script").count()) === 0, "An event became a part of the page.");
      check(!(await page.evaluate(() => "pwned" in window)), "An event ran as a program.");
      check(failures.length === 0, `The page failed: ${failures.join("; ")}`);
      page.off("pageerror", onError);
    },
  },
  {
    name: "a paused tail stands still and counts what is new",
    play: async (world) => {
      const { page, run, picture } = world;
      await open(world, "events");
      const rows = page.locator(".list-body .row");
      await rows.first().waitFor({ timeout: waitMs });
      await picture("events");
      await page.keyboard.press("p");
      const first = await rows.first().innerText();
      await sendEvents(run, [purchase("while-paused")]);
      await page.getByRole("button", { name: /Resume ↓ \d+ new/ }).waitFor({ timeout: waitMs });
      check((await rows.first().innerText()) === first, "A paused list moved.");
      await page.keyboard.press("p");
      await page.getByRole("button", { name: /^Pause/ }).waitFor();
    },
  },
  {
    name: "the keyboard alone searches, moves, opens and closes, and totals stay those of all events",
    play: async (world) => {
      const { page, run } = world;
      await sendEvents(run, [purchase("keys-1"), purchase("keys-2")]);
      await open(world, "events");
      const rows = page.locator(".list-body .row");
      await rows.first().waitFor({ timeout: waitMs });
      for (let tries = 0; tries < 120; tries += 1) {
        await page.keyboard.press("/");
        await page.locator("[data-search]:focus").waitFor();
        await page.keyboard.press("ControlOrMeta+a");
        // Another text each time, so that it is searched again.
        await page.keyboard.type(tries % 2 === 0 ? "id:keys-1,keys-2" : "id:keys-2,keys-1");
        await page.keyboard.press("Enter");
        await page.locator(".events-state", { hasText: "found in" }).waitFor({ timeout: waitMs });
        if ((await rows.count()) === 2) break;
      }
      check((await rows.count()) === 2, `The search finds ${await rows.count()} events.`);
      const totals = /totals of ([\d,]+) events/.exec(await page.locator(".pills").innerText())?.[1] ?? "0";
      check(Number(totals.replaceAll(",", "")) > 2, `With a filter the totals are those of ${totals} events.`);
      const second = (await rows.nth(1).locator("[role=cell]").nth(5).innerText()).trim();
      await page.keyboard.press("j");
      await page.locator(".list-body .row.is-at", { hasText: second }).waitFor();
      await page.keyboard.press("Enter");
      await page.locator(".detail .explanation", { hasText: second }).waitFor({ timeout: waitMs });
      await page.keyboard.press("Escape");
      await page.locator(".detail").waitFor({ state: "detached" });
      await page.keyboard.press("k");
      await page.locator(".list-body .row.is-at").filter({ hasNotText: second }).waitFor();
      await pressBeforePaint(page, "j", "Enter");
      await page.locator(".detail .explanation", { hasText: second }).waitFor({ timeout: waitMs });
    },
  },
  {
    name: "every page has its keys and no serious violation, in the light and in the dark",
    play: async (world) => {
      const { page, picture } = world;
      await open(world, "pipeline");
      for (const scheme of ["light", "dark"] as const) {
        await page
          .getByRole("button", { name: scheme === "dark" ? "Dark" : "Light" })
          .click({ timeout: 1_000 })
          .catch(() => undefined);
        for (const [key, name] of [
          "Pipeline",
          "Events",
          "Explain",
          "Quality",
          "Routes",
          "Playground",
          "Objectives",
        ].entries()) {
          await page.locator("h1").first().waitFor({ state: "attached" });
          await page.keyboard.press(String(key + 1));
          await page.locator("nav a[aria-current]", { hasText: name }).waitFor();
          await page.locator("h1").first().waitFor({ state: "attached" });
          if (name === "Pipeline") await page.locator(".chart-plot canvas").first().waitFor({ timeout: waitMs });
          if (name === "Pipeline") await picture(scheme === "light" ? "pipeline" : "pipeline-dark");
          if (name === "Objectives") await untilText(page, "table.objectives tr", /leave enrichment within/);
          if (name === "Objectives" && scheme === "light") await picture("objectives");
          const found = await seriousViolations(page, scheme);
          check(found.length === 0, `${name}, ${scheme}: ${found.join("\n")}`);
          const cut = await page.evaluate(() =>
            [...document.querySelectorAll(".scroll")].flatMap((each) =>
              each.scrollWidth > each.clientWidth ? [each.getAttribute("aria-label") ?? ""] : [],
            ),
          );
          check(cut.length === 0, `${name}: cut at the right: ${cut.join(", ")}`);
        }
      }
    },
  },
];
