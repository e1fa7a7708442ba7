import type { Mutant } from "./mutant.ts";

const exactEvent = "apps/enrichment/src/envelope/exact-event.ts";
const eventText = "packages/event-pattern/src/event-text.ts";
const stackText = {
  file: "packages/topology/src/stack/terraform-json.ts",
  find: 'text = readFileSync(path, "utf8");',
} as const;

/** Each takes one repair of docs/data.md out. */
export const repairMutants: readonly Mutant[] = [
  {
    name: "half-characters-kept",
    defect: "Half a surrogate pair in a text is passed on.",
    file: exactEvent,
    find: "return text.toWellFormed();",
    replace: "return text;",
  },
  {
    name: "half-characters-kept-in-names",
    defect: "Half a surrogate pair in a name is passed on.",
    file: exactEvent,
    find: "if (name.isWellFormed()) {",
    replace: "if (true) {",
  },
  {
    name: "repairs-untold",
    defect: "The event does not say what was repaired.",
    file: "apps/enrichment/src/enrich-event.ts",
    find: 'if (noteCount === 0) return "";',
    replace: 'if (noteCount >= 0) return "";',
  },
  {
    name: "huge-numbers-untold",
    defect: "The event does not say which of its numbers no typed column holds.",
    file: exactEvent,
    find: 'if (isOutOfRange(value)) this.#note(path, "number-out-of-range");',
    replace: "",
  },
  {
    name: "numbers-written-anew",
    defect: "An event that has to be written again is written from doubles.",
    file: exactEvent,
    find: "if (mayRespellNumbers(text)) return true;",
    replace: "",
  },
  {
    name: "digits-not-kept",
    defect: "A reading that keeps digits keeps none.",
    file: eventText,
    find: "return String(value) === text ? value : new NumberText(text);",
    replace: "return value;",
  },
  {
    name: "names-misread",
    seed: 18,
    defect: "Names with escapes are read as JSON.parse reads them.",
    file: "packages/event-contracts/src/record/parse-json.ts",
    find: 'return text.includes("\\\\") ? (parseWithNames(text) ?? value) : value;',
    replace: "return value;",
  },
  {
    name: "names-misread-when-repaired",
    defect: "The second reading, for repairs, reads names with escapes as JSON.parse does.",
    file: eventText,
    find: 'return text.includes("\\\\") ? read(text, Number) : parse(text);',
    replace: "return parse(text);",
  },
  {
    name: "leap-seconds-lost",
    seed: 81,
    defect: "The view of events has no time for a leap second.",
    ...stackText,
    replace: `text = readFileSync(path, "utf8").replaceAll("':60', ':59'", "':60', ':60'");`,
  },
  {
    name: "refused-lines-untold",
    seed: 7,
    defect: "Lines that the landing table does not take are told nowhere.",
    file: "packages/aws-simulator/src/snowpipe/duckdb-warehouse.ts",
    find: "if (records < lines) await this.#insertRefusedLines(request, isSkipped);",
    replace: "",
  },
];
