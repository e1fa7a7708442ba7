import type { Mutant } from "./mutant.ts";

const writer = "packages/destinations/src/entries/entry-writer.ts";

/** Mistakes in writing to queues and buses, and in the names of copies. */
export const destinationMutants: readonly Mutant[] = [
  {
    name: "failed-entries-swallowed",
    defect: "A request that was answered counts as stored whole: the messages that failed are not read.",
    file: "packages/destinations/src/sqs/queue-service.ts",
    find: "if (stored.has(String(index))) return undefined;",
    replace: "if (true) return undefined;",
  },
  {
    name: "failed-events-swallowed",
    defect: "PutEvents is asked, and its error codes are not read.",
    file: "packages/destinations/src/eventbridge/bus-service.ts",
    find: "if (ErrorCode !== undefined) return faultOf(ErrorCode, ErrorMessage, words, false);",
    replace: "if (ErrorCode !== undefined) return undefined;",
  },
  {
    name: "whole-request-sent-again",
    defect: "When some entries of a request fail, all of them are sent again.",
    file: writer,
    find: "      rest = again.map(({ pending }) => pending);",
    replace: "      rest = again.length > 0 ? rest : [];",
  },
  {
    name: "lost-answer-counted-as-failed",
    defect: "A request to a queue without an answer counts as surely not stored.",
    file: writer,
    find: '    isAmbiguous: true,\n    remedy: "again",',
    replace: '    isAmbiguous: false,\n    remedy: "again",',
  },
  {
    name: "dead-queue-counts-as-delivered",
    seed: 7,
    defect: "A queue that takes nothing is reported as delivered once its time is up.",
    file: writer,
    find: "        for (const { pending, fault } of again) this.#fail(pending, fault);",
    replace:
      '        for (const { pending } of again) this.#deliveries[pending.index] = { status: "delivered", attempts: 1, isAmbiguous: false };',
  },
  {
    name: "names-left-out-beside-a-projection",
    defect: "Where a route leaves fields out, the others keep the names of the enriched event.",
    file: "packages/routes/src/runtime/route-set.ts",
    find: "return reshape(project === undefined ? reading.exact() : project(reading.exact()));",
    replace: "return project === undefined ? reshape(reading.exact()) : project(reading.exact());",
  },
  {
    name: "names-forgotten-by-redrive",
    seed: 5,
    defect: "A redrive writes undelivered events as they are stored, with the names of the enriched event.",
    file: "packages/route-tools/src/redrive/redrive.ts",
    find: "data: encodeRecord([{ ...copy.event, processing }]),",
    replace: "data: encodeRecord([{ ...event, processing }]),",
  },
];
