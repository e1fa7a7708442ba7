import type { Mutant } from "./mutant.ts";

const stack = { file: "packages/topology/src/stack/terraform-json.ts", find: 'text = readFileSync(path, "utf8");' };
const revision = "packages/event-contracts/src/envelope/revision.ts";
const deduplicator = "packages/event-contracts/src/events/deduplicator.ts";

/** Each lets a sink show another copy of an event than decision 0132 demands. */
export const revisionMutants: readonly Mutant[] = [
  {
    name: "first-copy-wins",
    seed: 7,
    defect: "The view of events shows the copy that landed first.",
    ...stack,
    replace: 'text = readFileSync(path, "utf8").replaceAll("ORDER BY revision DESC, loaded_at", "ORDER BY loaded_at");',
  },
  {
    name: "later-copy-wins-though-invalid",
    seed: 7,
    defect: "The view of events takes no notice of validity: a copy that is invalid by accident replaces a valid one.",
    ...stack,
    replace: "text = readFileSync(path, \"utf8\").replaceAll(\"THEN '.1.' ELSE '.0.'\", \"THEN '.1.' ELSE '.1.'\");",
  },
  {
    name: "replays-not-compared",
    seed: 13,
    defect: "The view of events does not tell a replayed event from the one before.",
    ...stack,
    replace:
      "text = readFileSync(path, \"utf8\").replaceAll(\"COALESCE('/' || GET_PATH(record, 'event.replayedat')::STRING, '')\", \"''\");",
  },
  {
    name: "revision-not-compared",
    defect: "A consumer's deduplicator takes every later copy for one it has had.",
    file: deduplicator,
    find: "if (known === undefined || revision > known) latest",
    replace: "if (known === undefined) latest",
  },
  {
    name: "earlier-revision-taken",
    defect: "A consumer's deduplicator lets every other revision through, an earlier one too.",
    file: deduplicator,
    find: "if (known === undefined || revision > known) latest",
    replace: "if (known === undefined || revision !== known) latest",
  },
  {
    name: "corrections-untold",
    defect: "A consumer's deduplicator takes a correction for a first delivery.",
    file: deduplicator,
    find: "return known !== undefined && revisionOf(copy) > known;",
    replace: "return false;",
  },
  {
    name: "numbers-of-senders-not-compared",
    defect: "Consumers take no notice of the number that a sender gives a correction.",
    file: revision,
    find: 'const [, digits = "0"] = wholeNumber.exec(text) ?? [];',
    replace: 'const digits = text.length < 0 ? text : "0";',
  },
  {
    name: "validity-not-compared",
    defect: "Consumers let a copy that is invalid by accident replace a valid one.",
    file: revision,
    find: 'validation?.status === "valid" ? 1 : 0',
    replace: 'validation?.status === "" ? 1 : 0',
  },
  {
    name: "corrections-taken-for-copies",
    defect: "The router leaves out an event that it has seen in another record.",
    file: "apps/router/src/create-router-handler.ts",
    find: 'if (isCopy && copies.length === 0) this.#telemetry.count("duplicates");',
    replace: "if (isCopy) return;",
  },
  {
    name: "corrections-not-redriven",
    seed: 8,
    defect: "Of an undelivered event and its undelivered correction, a redrive puts back the first.",
    file: "packages/route-tools/src/redrive/redrive.ts",
    find: " ${revisionOf(enriched)}`;",
    replace: "`;",
  },
];
