import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, Page } from "@millrace/jest-preset/chromium";
import type { EventGate } from "./event-gate.ts";
import type { EventService } from "./event-service.ts";
import { type PageServer, sendFrom, Shop, toldBy } from "./test-page.ts";

/** Everything a scenario has. */
export interface World {
  readonly browser: Browser;
  readonly service: EventService;
  readonly gate: EventGate;
  readonly shop: PageServer;
  /** Serves pages of another site. */
  readonly other: PageServer;
}

/** The promise of a scenario about the events it sent. */
export interface Result {
  /** Ids that have to be stored. */
  readonly sent: readonly string[];
  /** Copies of them that are allowed beside the first. */
  readonly maxCopies?: number;
  /** Further facts that have to be true, each with the finding. */
  readonly facts?: Readonly<Record<string, boolean>>;
}

export interface Scenario {
  readonly name: string;
  run(world: World): Promise<Result>;
}

const withShop =
  (run: (shop: Shop, world: World) => Promise<Result>): Scenario["run"] =>
  async (world) => {
    const shop = new Shop(await world.browser.newContext(), world.shop.url, world.gate.url);
    try {
      return await run(shop, world);
    } finally {
      await shop.context.close();
    }
  };

/** Waits for a condition; a scenario that waits in vain tells so by its result. */
export async function until(isMet: () => boolean | Promise<boolean>, timeoutMs = 10_000): Promise<boolean> {
  const deadlineMs = performance.now() + timeoutMs;
  while (!(await isMet())) {
    if (performance.now() > deadlineMs) return false;
    await sleep(20);
  }
  return true;
}

const areStored = ({ service }: World, ids: readonly string[]): Promise<boolean> =>
  until(() => {
    const stored = new Set(service.stored());
    return ids.every((id) => stored.has(id));
  });

/** Events that a page has in its database; none before that is there. */
const countRows = (page: Page): Promise<number> =>
  page.evaluate<number>(`indexedDB.databases().then((databases) =>
    databases.length === 0 ? 0 : new Promise((resolve) => {
      const opening = indexedDB.open("millrace-client");
      opening.onsuccess = () => {
        const query = opening.result.transaction("events").objectStore("events").count();
        query.onsuccess = () => { resolve(query.result); opening.result.close(); };
      };
    }))`);

export const scenarios: readonly Scenario[] = [
  {
    name: "a page of another origin sends",
    run: withShop(async (shop, { gate }) => {
      const { preflights } = gate;
      const page = await shop.openPage();
      const sent = await sendFrom(page, 60);
      const isFlushed = await page.evaluate("client.flush()");
      const { accepted, drops } = await toldBy(page);
      const request = gate.requests.at(-1);
      return {
        sent,
        facts: {
          flushed: isFlushed === true,
          "all told as accepted": accepted.length === 60 && drops.length === 0,
          "key in the header": request?.headers.authorization !== undefined && request.url === "/v1/events",
          "a preflight": gate.preflights > preflights,
          compressed: request?.headers["content-encoding"] === "gzip",
        },
      };
    }),
  },
  {
    name: "the page goes to another site",
    run: withShop(async (shop, world) => {
      const { preflights } = world.gate;
      const page = await shop.openPage({ lingerMs: 60_000 });
      const sent = await sendFrom(page, 100, 300, `location.href = ${JSON.stringify(world.other.url)}`);
      await areStored(world, sent);
      return { sent, facts: { "no preflight": world.gate.preflights === preflights } };
    }),
  },
  {
    name: "the tab is closed",
    run: withShop(async (shop, world) => {
      const page = await shop.openPage({ lingerMs: 60_000 });
      const sent = await sendFrom(page, 100, 300);
      await page.close();
      await areStored(world, sent);
      return { sent };
    }),
  },
  {
    name: "the tab is closed while a request is under way",
    run: withShop(async (shop, world) => {
      const page = await shop.openPage({ lingerMs: 0 });
      const sent = await sendFrom(page, 40, 300, "void client.flush()");
      await page.close();
      await areStored(world, sent);
      return { sent, maxCopies: sent.length };
    }),
  },
  {
    name: "more waits than may outlive the page: the next page sends the rest",
    run: withShop(async (shop, world) => {
      const page = await shop.openPage({ lingerMs: 60_000, maxBatchEvents: 500 });
      const sent = await sendFrom(page, 150, 1_000, "0");
      // Before its database is open, a page has its events in memory only.
      await until(async () => (await countRows(page)) === sent.length, 3_000);
      await page.close();
      await until(() => world.service.stored().length > 0, 3_000);
      const next = await shop.openPage();
      await areStored(world, sent);
      await next.evaluate("client.flush()");
      return { sent, maxCopies: sent.length };
    }),
  },
  {
    name: "sendBeacon, where fetch has no keepalive",
    run: withShop(async (shop, world) => {
      const page = await shop.openPage({ lingerMs: 60_000 }, "delete Request.prototype.keepalive");
      const sent = await sendFrom(page, 20);
      await page.close();
      await areStored(world, sent);
      return { sent };
    }),
  },
  {
    name: "offline, reload, online",
    run: withShop(async (shop, world) => {
      const page = await shop.openPage();
      await shop.context.setOffline(true);
      const sent = await sendFrom(page, 20);
      await sleep(200);
      const isSilent = !world.service.stored().some((id) => sent.includes(id));
      // A reload that fails may leave the page alive until the network is back; this ends it for sure.
      await page.goto("about:blank");
      await shop.context.setOffline(false);
      await shop.load(page);
      await areStored(world, sent);
      await page.evaluate("client.flush()");
      return { sent, facts: { "nothing sent while offline": isSilent } };
    }),
  },
  {
    name: "two tabs, both offline, both online again",
    run: withShop(async (shop, world) => {
      const pages = [await shop.openPage(), await shop.openPage()];
      await shop.context.setOffline(true);
      const sent = (await Promise.all(pages.map((page) => sendFrom(page, 10)))).flat();
      await shop.context.setOffline(false);
      await areStored(world, sent);
      await Promise.all(pages.map((page) => page.evaluate("client.flush()")));
      return { sent };
    }),
  },
  {
    name: "two tabs reload at once and share what both have left",
    run: withShop(async (shop, world) => {
      const pages = [await shop.openPage(), await shop.openPage()];
      await shop.context.setOffline(true);
      const sent = (await Promise.all(pages.map((page) => sendFrom(page, 10)))).flat();
      await sleep(100);
      await Promise.all(pages.map((page) => page.goto("about:blank")));
      await shop.context.setOffline(false);
      await Promise.all(pages.map((page) => shop.load(page)));
      await areStored(world, sent);
      await Promise.all(pages.map((page) => page.evaluate("client.flush()")));
      return { sent };
    }),
  },
  {
    name: "a tab that is closed leaves to another one what it was told to send later",
    run: withShop(async (shop, world) => {
      const [first, second] = [await shop.openPage(), await shop.openPage()];
      world.gate.refuse(1, 60);
      const sent = await sendFrom(first, 10);
      await until(async () => (await toldBy(first)).retries.length > 0);
      await first.close();
      await areStored(world, sent);
      await second.evaluate("client.flush()");
      return { sent };
    }),
  },
  {
    name: "a page that is frozen and comes back",
    run: withShop(async (shop, world) => {
      const page = await shop.openPage();
      await shop.context.setOffline(true);
      const sent = await sendFrom(page, 10);
      await sleep(200);
      await page.evaluate(`dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }))`);
      await shop.context.setOffline(false);
      await sleep(300);
      const isSilent = !world.service.stored().some((id) => sent.includes(id));
      await page.evaluate(`dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }))`);
      await areStored(world, sent);
      await page.evaluate("client.flush()");
      return { sent, facts: { "nothing sent while frozen": isSilent } };
    }),
  },
  {
    name: "a full queue is told, and what it holds is sent",
    run: withShop(async (shop, world) => {
      const page = await shop.openPage({ maxQueueEvents: 5 });
      await shop.context.setOffline(true);
      const ids = await sendFrom(page, 8);
      const { drops } = await toldBy(page);
      await shop.context.setOffline(false);
      await areStored(world, ids.slice(3));
      await page.evaluate("client.flush()");
      const told = drops.map(({ event, reason }) => `${reason} ${event.id}`);
      const isTold =
        told.join() ===
        ids
          .slice(0, 3)
          .map((id) => `queue-full ${id}`)
          .join();
      const isDropped = !world.service.stored().some((id) => ids.indexOf(id) in [0, 1, 2]);
      return { sent: ids.slice(3), facts: { "the three oldest were told": isTold, "and not sent": isDropped } };
    }),
  },
  {
    name: "503 with Retry-After",
    run: withShop(async (shop, world) => {
      const page = await shop.openPage();
      const first = world.gate.requests.length;
      world.gate.refuse(1, 2);
      const sent = await sendFrom(page, 10);
      await areStored(world, sent);
      await page.evaluate("client.flush()");
      const [refused, taken, ...rest] = world.gate.requests.slice(first);
      const pauseMs = (taken?.atMs ?? 0) - (refused?.atMs ?? 0);
      const { accepted } = await toldBy(page);
      return {
        sent,
        facts: {
          "waited for two seconds": pauseMs >= 1_990,
          "two requests": rest.length === 0 && refused?.status === 503 && taken?.status === 202,
          "ids unchanged": accepted.join() === sent.join(),
        },
      };
    }),
  },
  {
    name: "no IndexedDB, no Web Locks",
    run: withShop(async (shop, world) => {
      const without = `
        Object.defineProperty(globalThis, "indexedDB", { value: undefined });
        Object.defineProperty(Navigator.prototype, "locks", { value: undefined });`;
      const page = await shop.openPage({}, without);
      const sent = await sendFrom(page, 10);
      await areStored(world, sent);
      return { sent, facts: { flushed: (await page.evaluate("client.flush()")) === true } };
    }),
  },
  {
    name: "settled events leave nothing in IndexedDB",
    run: withShop(async (shop) => {
      const page = await shop.openPage();
      const sent = await sendFrom(page, 50);
      await page.evaluate("client.flush()");
      return { sent, facts: { "no rows": (await countRows(page)) === 0 } };
    }),
  },
];
