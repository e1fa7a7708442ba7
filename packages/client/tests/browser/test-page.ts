import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { BrowserContext, Page } from "@millrace/jest-preset/chromium";
import { buildSync } from "esbuild";
import type { ClientOptions, Drop } from "../../src/index.ts";
import { writeKey } from "./event-service.ts";

/** Serves the shop's page at any path; under another port it is another site. */
export interface PageServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Without interception by the test, which would answer preflights in the service's place. */
export async function startPageServer(): Promise<PageServer> {
  const html = `<!doctype html><title>shop</title><script>${bundleClient()}</script>`;
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "text/html").end(html);
  });
  await new Promise<void>((resolve) => void server.listen(0, resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The globals of a page: a client, and everything it has told. */
export interface PageState {
  readonly accepted: string[];
  readonly drops: Drop[];
  readonly retries: { readonly delayMs: number }[];
}

/** One user's browser: storage that pages share. */
export class Shop {
  readonly context: BrowserContext;
  readonly #pageUrl: string;
  readonly #serviceUrl: string;

  constructor(context: BrowserContext, pageUrl: string, serviceUrl: string) {
    this.context = context;
    this.#pageUrl = pageUrl;
    this.#serviceUrl = serviceUrl;
  }

  /** Opens a page with a client. `before` runs ahead of the page's own script. */
  async openPage(options: Partial<ClientOptions> = {}, before = ""): Promise<Page> {
    const page = await this.context.newPage();
    await page.addInitScript(before);
    page.on("pageerror", (error) => process.stdout.write(`the page failed: ${error.message}\n`));
    await this.load(page, options);
    return page;
  }

  /** Reloads the shop in a page, and makes its client. */
  async load(page: Page, options: Partial<ClientOptions> = {}): Promise<void> {
    await page.goto(this.#pageUrl);
    const all = { url: this.#serviceUrl, writeKey, source: "https://shop.example/web", lingerMs: 50, ...options };
    await page.evaluate(`
      globalThis.told = { accepted: [], drops: [], retries: [] };
      globalThis.client = millrace.createClient({
        ...${JSON.stringify(all)},
        onAccept: ({ id }) => told.accepted.push(id),
        onDrop: (drop) => told.drops.push(drop),
        onRetry: (retry) => told.retries.push(retry),
      });`);
  }
}

/** Sends events from a page, and gives their ids. `then` runs in the same turn. */
export function sendFrom(page: Page, count: number, bytes = 100, then = ""): Promise<string[]> {
  return page.evaluate(`{
    const ids = Array.from({ length: ${count} }, () => client.send("page.view", "x".repeat(${bytes})));
    ${then};
    ids;
  }`);
}

export const toldBy = (page: Page): Promise<PageState> => page.evaluate("told");

function bundleClient(): string {
  const { outputFiles } = buildSync({
    entryPoints: [join(import.meta.dirname, "../../src/browser.ts")],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    globalName: "millrace",
    platform: "browser",
    target: "es2022",
  });
  return (outputFiles[0]?.text ?? "").replaceAll("</script", "<\\/script");
}
