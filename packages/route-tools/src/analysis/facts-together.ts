import { type Conjunction, type Criterion, type FieldCriteria, satisfies, type Scalar } from "@millrace/event-pattern";
import type { PatternFinding } from "./analyse-pattern.ts";

/** When the first field has this value, the second is absent, or there and maybe within these values. */
interface Rule {
  readonly when: readonly [path: string, value: Scalar];
  readonly then: (path: string) => boolean;
  readonly is: "absent" | "present" | "absent or positive" | { readonly only: readonly Scalar[] };
  readonly because: string;
}

const isErrors = (path: string): boolean => path === "validation.errors" || path.startsWith("validation.errors.");
const is =
  (...paths: string[]) =>
  (path: string): boolean =>
    paths.includes(path);

/** Facts that enrichment writes together. */
const RULES: readonly Rule[] = [
  ...(["valid", "unknown"] as const).flatMap((status): Rule[] => [
    { when: ["validation.status", status], then: isErrors, is: "absent", because: "only invalid events have errors" },
    {
      when: ["validation.status", status],
      then: is("validation.errorCount"),
      is: "absent",
      because: "only invalid events have errors",
    },
  ]),
  ...(["valid", "invalid"] as const).map(
    (status): Rule => ({
      when: ["validation.status", status],
      then: is("validation.schema"),
      is: "present",
      because: "a schema was applied, or the status were unknown",
    }),
  ),
  {
    when: ["validation.status", "invalid"],
    then: is("validation.errorCount"),
    is: "absent or positive",
    because: "it counts errors, where there are more than are listed",
  },
  {
    when: ["validation.status", "unknown"],
    then: is("validation.schema"),
    is: { only: [null] },
    because: "no schema was applied",
  },
  {
    when: ["enrichment.bot.isBot", false],
    then: is("enrichment.bot.reason", "enrichment.bot.match"),
    is: "absent",
    because: "only bots have a reason",
  },
  {
    when: ["enrichment.bot.isBot", true],
    then: is("enrichment.bot.reason"),
    is: "present",
    because: "every bot has a reason",
  },
];

/** Fields of one combination that exclude each other, whatever the event. */
export function checkFactsTogether(conjunction: Conjunction): PatternFinding[] {
  const findings: PatternFinding[] = [];
  for (const field of conjunction) {
    const decided = decisiveRules(conjunction, field.path);
    const why = decided.find(({ is: fact }) => field.anyOf.every((criterion) => !canHold(criterion, fact)));
    if (why === undefined) continue;
    findings.push({
      severity: "error",
      pointer: field.pointer,
      rule: "never-matches",
      message: `"${field.path}" cannot be so while "${why.when[0]}" is ${JSON.stringify(why.when[1])}: ${why.because}.`,
      fix: "Correct one of the two, or remove it.",
    });
  }
  return findings;
}

/** Rules about a field whose condition holds in every alternative of the combination. */
function decisiveRules(conjunction: Conjunction, path: string): readonly Rule[] {
  const about = RULES.filter(({ then }) => then(path));
  return about.filter(({ when: [condition, value] }) => {
    const field = conjunction.find((one) => one.path === condition);
    return field !== undefined && isDecided(field, value, about);
  });
}

/** The values a status can have are few; the condition holds when no other one is let through. */
function isDecided(field: FieldCriteria, value: Scalar, about: readonly Rule[]): boolean {
  const all: readonly Scalar[] = field.path === "validation.status" ? ["valid", "invalid", "unknown"] : [true, false];
  const through = all.filter((one) => field.anyOf.some((criterion) => satisfies(criterion, one)));
  if (through.length === 1) return through[0] === value;
  // Two statuses that say the same of the field decide as one does.
  const same = about.find(({ when }) => when[1] === value)?.is;
  return (
    through.length > 1 && through.every((one) => about.some(({ when, is: fact }) => when[1] === one && fact === same))
  );
}

function canHold(criterion: Criterion, fact: Rule["is"]): boolean {
  if (fact === "absent") return criterion.op === "absent";
  if (fact === "present") return criterion.op !== "absent" && !(criterion.op === "equals" && criterion.value === null);
  if (fact === "absent or positive") {
    if (criterion.op === "equals") return typeof criterion.value === "number" && criterion.value > 0;
    return criterion.op !== "range" || criterion.high > 0;
  }
  return criterion.op !== "absent" && fact.only.some((value) => satisfies(criterion, value));
}
