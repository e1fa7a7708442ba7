import { type LocalRun, putRawRecord, sendEvents } from "./run-local.ts";

/** An event, how it comes to be, and what the page has to say of it. */
export interface Fate {
  readonly id: string;
  readonly put?: (run: LocalRun) => Promise<void>;
  /** Called once it is in the warehouse. */
  readonly then?: (run: LocalRun, untilLanded: () => Promise<void>) => Promise<void>;
  readonly told: RegExp;
}

const source = "https://shop.example/web";
const context = { pageUrl: "https://shop.example/search?q=tent", sessionId: "s-1", visitorId: "v-1" };
const click = (id: string, data: object = {}) => ({
  ...{ id, source, type: "search.click" },
  data: { context, queryId: "q-1", query: "tent", productId: "SKU-3002", rank: 1, ...data },
});
const product = { productId: "SKU-3002", name: "Tent", category: "camping", price: 0, currency: "EUR" };

const send =
  (...events: readonly object[]) =>
  (run: LocalRun): Promise<void> =>
    sendEvents(run, events);

export const fates: readonly Fate[] = [
  {
    id: "fate-valid",
    put: send(click("fate-valid")),
    told: /1 of 1 matching routes have it, in recommendations\.\nIt is in the warehouse since/,
  },
  {
    id: "fate-invalid",
    put: send(click("fate-invalid", { rank: "first" })),
    told: /It breaks its contract: \/data\/rank .*\(type\)/,
  },
  {
    id: "fate-unknown",
    put: send({ id: "fate-unknown", source, type: "nobody.knows", data: { a: 1 } }),
    told: /No contract describes its type nobody\.knows\.\nNo route matches it/,
  },
  {
    id: "fate-bad-row",
    put: (run) => putRawRecord(run, '{"specversion":"1.0","id":"fate-bad-row","source":'),
    told: /It became a bad row: .+\(not-json\)\./,
  },
  {
    id: "fate-refused",
    put: (run) =>
      sendEvents(run, [{ id: "fate-refused", source: "https://other.example", type: "search.click" }]).catch(
        () => undefined,
      ),
    told: /Ingest refused it once at .*: source-not-allowed of `source`/,
  },
  {
    id: "fate-undelivered",
    put: send({ id: "fate-undelivered", source, type: "commerce.purchase", data: { orderId: "o-1" } }),
    told: /fraud\/purchases could not be delivered: the event waits in the lake for a redrive/,
  },
  {
    id: "fate-sampled-out",
    put: send({ id: "fate-sampled-out", source, type: "commerce.product-view", data: { context, product } }),
    told: /The sample of recommendations\/product-views leaves it out\./,
  },
  {
    id: "fate-masked",
    put: send(click("fate-masked", { context: { ...context, email: "ada@mail.example" } })),
    told: /It is in the warehouse since/,
  },
  {
    id: "fate-duplicate",
    put: async (run) => {
      await sendEvents(run, [click("fate-duplicate")]);
      await sendEvents(run, [click("fate-duplicate")]);
    },
    told: /Its sender sent it 2 times, the same each time; views show it once\./,
  },
  {
    id: "fate-corrected",
    put: send(click("fate-corrected", { rank: "first" })),
    then: async (run, untilLanded) => {
      await untilLanded();
      await sendEvents(run, [click("fate-corrected", { rank: 2 })]);
    },
    told: /corrected it: 2 copies, 2 of them different.* revision, 0000000000\.1\./,
  },
  {
    id: "fate-replayed",
    put: send(click("fate-replayed")),
    then: async (run, untilLanded) => {
      await untilLanded();
      const args = ["raw", "--from", "1h", "--id", "fate-replayed", "--reason", "a fate of its own"];
      await run.program("packages/replay/src/cli/main.ts", args);
    },
    told: /It was replayed at .*\. Views show the copy with the greatest revision/,
  },
  { id: "fate-never-seen", told: /No place has this id\..*another environment.*older.*refused/ },
];
