import type { Enrichment } from "@millrace/event-contracts";
import { maxUrlPartLength } from "../limits.ts";
import { type Addition, createAddition } from "./addition.ts";
import { type EnrichmentDefinition, parseWebUrl } from "./enrichment.ts";
import { textAt } from "./text-input.ts";

/** The parts of the page's address. The query stays on the event: what of it counts, campaigns take. */
export type PageResult = NonNullable<Enrichment["page"]>;

/** Option `pointers`: where the address lies, the first that holds a text. */
export const page: EnrichmentDefinition = {
  name: "page",
  create: (options) => ({ input: textAt(options["pointers"] as string[]), read: readPage }),
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
