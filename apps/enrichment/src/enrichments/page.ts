import { maxUrlPartLength } from "../limits.ts";
import { type Addition, createAddition } from "./addition.ts";
import { createTextLookup, type EnrichmentDefinition, parseWebUrl } from "./enrichment.ts";

/** The parts of the page's address. The query stays on the event: what of it counts, campaigns take. */
export interface PageResult {
  readonly scheme: "http" | "https";
  readonly host: string;
  readonly port?: number;
  readonly path: string;
  readonly fragment?: string;
}

/** Option `pointers`: where the address lies, the first that holds a text. */
export const page: EnrichmentDefinition = {
  name: "page",
  create(options, { caches }) {
    const lookUp = createTextLookup(options["pointers"] as string[]);
    const read = caches.urls.remember(readPage);
    return ({ event }) => {
      const address = lookUp(event);
      return address === undefined ? undefined : read(address);
    };
  },
};

function readPage(address: string): Addition<PageResult> {
  const url = parseWebUrl(address);
  const fragment = url.hash.slice(1, maxUrlPartLength + 1);
  return createAddition<PageResult>("page", {
    scheme: url.protocol === "https:" ? "https" : "http",
    host: url.hostname,
    ...(url.port === "" ? {} : { port: Number(url.port) }),
    path: url.pathname.slice(0, maxUrlPartLength),
    ...(fragment === "" ? {} : { fragment }),
  });
}
