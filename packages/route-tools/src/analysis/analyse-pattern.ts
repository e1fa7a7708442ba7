import type { Contract } from "@millrace/contract-tools/registry";
import { type Conjunction, type Criterion, type FieldCriteria, satisfies } from "@millrace/event-pattern";
import { closestName } from "@millrace/routes";
import { excludedBy, whyNowhere } from "./can-hold.ts";
import { type Coverage, coverageOf, isAboutValidEvents, isOnlyAboutValidEvents } from "./covered-contracts.ts";
import type { EventModel, FieldFacts } from "./event-model.ts";
import { checkFactsTogether } from "./facts-together.ts";
import { whyExcludesNothing, whyMaskedNever } from "./masked-values.ts";

/** A finding about a pattern; the pointer is inside the pattern. */
export interface PatternFinding {
  readonly severity: "error" | "warning";
  readonly pointer: string;
  readonly rule: string;
  readonly message: string;
  readonly fix: string;
}

/** Treatments that change a value so that no comparison with the sent one makes sense. */
const CHANGED_BY: Readonly<Record<string, string>> = {
  drop: "removes the field",
  mask: "masks the value",
  hmac: "replaces the value by a keyed hash",
};

/** Compares a pattern with what the contracts say of the fields it names. */
export function analysePattern(conjunctions: readonly Conjunction[], model: EventModel): PatternFinding[] {
  const findings = new Map<string, PatternFinding>();
  for (const conjunction of conjunctions) {
    for (const finding of analyseConjunction(conjunction, model)) {
      findings.set(`${finding.rule} ${finding.pointer} ${finding.message}`, finding);
    }
  }
  return [...findings.values()];
}

function analyseConjunction(conjunction: Conjunction, model: EventModel): PatternFinding[] {
  const coverage = coverageOf(conjunction, model);
  const typeFindings = checkTypes(coverage, model);
  if (typeFindings.some(({ severity }) => severity === "error")) return typeFindings;
  const isStrict = isAboutValidEvents(conjunction);
  const findings = [
    ...checkFactsTogether(conjunction),
    ...conjunction.flatMap((field) => checkAdded(field)),
    ...conjunction.flatMap((field) => checkClass(field, model)),
    ...conjunction.flatMap((field) => checkField(field, coverage, model, isStrict)),
    ...conjunction.flatMap((field) => checkPresence(field, conjunction, coverage, model)),
  ];
  if (findings.length > 0 || !isStrict) return [...typeFindings, ...findings];
  return [...typeFindings, ...checkTogether(conjunction, coverage, model)];
}

// ---- types and versions

function checkTypes({ type, version, contracts }: Coverage, model: EventModel): PatternFinding[] {
  const findings: PatternFinding[] = [];
  const types = new Set(model.registry.contracts.map((contract) => contract.type));
  type?.anyOf.forEach((criterion, index) => {
    if (criterion.op !== "equals" || typeof criterion.value !== "string" || types.has(criterion.value)) return;
    const closest = closestName(criterion.value, types);
    findings.push({
      severity: "error",
      pointer: `${type.pointer}/${index}`,
      rule: "unknown-type",
      message: `No contract describes events of type "${criterion.value}".`,
      fix: closest === undefined ? "Add the contract below schemas/events first." : `Did you mean "${closest}"?`,
    });
  });
  if (version !== undefined) findings.push(...checkVersions(version, contracts, model));
  if (
    findings.length === 0 &&
    contracts.length === 0 &&
    type !== undefined &&
    version !== undefined &&
    hasNoSuch(version)
  ) {
    findings.push({
      severity: "error",
      pointer: version.pointer,
      rule: "never-matches",
      message: "No contract has both this type and this schema.",
      fix: "Name a schema of the type, or leave it out.",
    });
  }
  if (findings.length === 0 && contracts.length === 0 && type !== undefined && version === undefined) {
    const message = "No contract has a type that fits.";
    findings.push({
      severity: "error",
      pointer: type.pointer,
      rule: "unknown-type",
      message,
      fix: `Known are ${[...types].join(", ")}.`,
    });
  }
  return findings;
}

/** True if each criterion names texts. A null, or any text but some, also matches events without a contract. */
const hasNoSuch = ({ anyOf }: FieldCriteria): boolean =>
  anyOf.every((criterion) => {
    const isOpen = criterion.op === "exists" || criterion.op === "absent" || excludedBy(criterion).length > 0;
    return !isOpen && !(criterion.op === "equals" && criterion.value === null);
  });

function checkVersions(version: FieldCriteria, covered: readonly Contract[], model: EventModel): PatternFinding[] {
  const { documents } = model.registry;
  const findings = version.anyOf.flatMap((criterion, index): PatternFinding[] => {
    if (criterion.op !== "equals" || typeof criterion.value !== "string" || documents.has(criterion.value)) return [];
    const fix = `Did you mean ${closestName(criterion.value, documents.keys()) ?? "another one"}?`;
    const message = `There is no contract ${criterion.value}.`;
    return [{ severity: "error", pointer: `${version.pointer}/${index}`, rule: "unknown-version", message, fix }];
  });
  for (const type of new Set(covered.map((contract) => contract.type))) {
    findings.push(...coverageFindings(version, covered, model.registry.versionsOf(type)));
  }
  return findings;
}

/**
 * A new version of a model takes over from the one before, so leaving it out is a slip; a new model may be left out on
 * purpose.
 */
function coverageFindings(
  version: FieldCriteria,
  covered: readonly Contract[],
  versions: readonly Contract[],
): PatternFinding[] {
  const newestOfModel = [...Map.groupBy(versions, (contract) => contract.version.model).values()].map((all) =>
    all.at(-1),
  );
  const newest = versions.at(-1);
  return newestOfModel.flatMap((contract): PatternFinding[] => {
    if (contract === undefined || covered.includes(contract)) return [];
    const isModelCovered = covered.some(
      ({ type, version: { model } }) => type === contract.type && model === contract.version.model,
    );
    if (!isModelCovered && contract !== newest) return [];
    return [
      {
        severity: isModelCovered ? "error" : "warning",
        pointer: version.pointer,
        rule: "version-coverage",
        message: `Events of version ${contract.id} are not delivered any more.`,
        fix: "Add the version, or leave the version out of the pattern.",
      },
    ];
  });
}

// ---- one field

/** The router's mark is made after matching. */
function checkAdded({ path, pointer }: FieldCriteria): PatternFinding[] {
  if (path !== "processing.router" && !path.startsWith("processing.router.")) return [];
  return [
    {
      severity: "error",
      pointer,
      rule: "never-matches",
      message: `"${path}" is written by the router on the copy, after the pattern was asked.`,
      fix: "Compare another field.",
    },
  ];
}

/** The class of a masked field is one that a contract has. */
function checkClass({ path, pointer, anyOf }: FieldCriteria, { privacyClasses }: EventModel): PatternFinding[] {
  if (path !== "privacy.masked.class") return [];
  return anyOf.flatMap((criterion, index): PatternFinding[] => {
    const isClass = [...privacyClasses].some((name) => satisfies(criterion, name));
    if (isClass || criterion.op === "absent" || excludedBy(criterion).length > 0) return [];
    const closest = criterion.op === "equals" ? closestName(String(criterion.value), privacyClasses) : undefined;
    const fix = closest === undefined ? `Known are ${listOf([...privacyClasses])}.` : `Did you mean "${closest}"?`;
    const message = "No contract has a field of such a class.";
    return [{ severity: "error", pointer: `${pointer}/${index}`, rule: "unknown-class", message, fix }];
  });
}

/** `exists: false` on what every event has. */
function checkPresence(
  field: FieldCriteria,
  conjunction: Conjunction,
  coverage: Coverage,
  model: EventModel,
): PatternFinding[] {
  const isData = field.path.startsWith("event.data.");
  if (isData && (coverage.contracts.length === 0 || mayLackContract(conjunction, coverage))) return [];
  const contracts: readonly (Contract | undefined)[] = isData ? coverage.contracts : [undefined];
  if (!contracts.every((contract) => model.facts(field.path, contract).isRequired)) return [];
  const isSure = !isData || isOnlyAboutValidEvents(conjunction);
  return field.anyOf.flatMap((criterion, index): PatternFinding[] => {
    if (criterion.op !== "absent") return [];
    const where = isData ? "Its contract requires" : "Every enriched event has";
    const only = isSure ? "This never holds." : "This holds for events only that break their contract.";
    return [
      {
        severity: isSure ? "error" : "warning",
        pointer: `${field.pointer}/${index}`,
        rule: "required-field",
        message: `${only} ${where} "${field.path}".`,
        fix: isSure ? "Remove the alternative." : 'Say so with "validation": { "status": ["invalid"] }, or remove it.',
      },
    ];
  });
}

function checkField(field: FieldCriteria, coverage: Coverage, model: EventModel, isStrict: boolean): PatternFinding[] {
  const isData = `${field.path}.`.startsWith("event.data.");
  if (isData && coverage.contracts.length === 0) return [];
  const contracts: readonly (Contract | undefined)[] = isData ? coverage.contracts : [undefined];
  const known = contracts.map((contract) => model.facts(field.path, contract)).filter(({ isUnknown }) => !isUnknown);
  // An event that broke its contract may hold anything; a field no contract names is then worth a word, not a refusal.
  if (known.length === 0) return unknownField(field, coverage, model, isStrict || !isData ? "error" : "warning");
  return field.anyOf.flatMap((criterion, index) => {
    const masked = maskedFinding(field, criterion, index, known);
    // The contract says how the value was sent; of a cut one, masking says how it looks.
    const isCut = known.some(({ privacy }) => privacy?.action === "truncate");
    return masked.length > 0 || isCut || (isData && !isStrict)
      ? masked
      : impossibleFinding(field, criterion, index, known);
  });
}

function unknownField(
  { path, pointer }: FieldCriteria,
  { contracts }: Coverage,
  model: EventModel,
  severity: PatternFinding["severity"],
): PatternFinding[] {
  const segments = path.split(".");
  let at = 0;
  while (at < segments.length - 1 && contractsKnow(segments.slice(0, at + 1).join("."), contracts, model)) at += 1;
  const above = segments.slice(0, at).join(".");
  const known = new Set(
    (contracts.length === 0 ? [undefined] : contracts).flatMap((contract) => model.keysBelow(above, contract)),
  );
  const closest = closestName(segments[at] ?? "", known);
  const types = [...new Set(contracts.map((contract) => contract.type))];
  const place =
    path.startsWith("event.data.") && types.length > 0
      ? `No contract of ${listOf(types)} has`
      : "The enriched event has no";
  return [
    {
      severity,
      pointer,
      rule: "unknown-field",
      message: `${place}${place.endsWith("has") ? " a field" : " field"} "${path}".`,
      fix: closest !== undefined ? `Did you mean "${closest}"?` : `Below "${above}" there are ${listOf([...known])}.`,
    },
  ];
}

function contractsKnow(path: string, contracts: readonly Contract[], model: EventModel): boolean {
  const all = contracts.length === 0 ? [undefined] : contracts;
  return all.some((contract) => !model.facts(path, contract).isUnknown);
}

function maskedFinding(
  field: FieldCriteria,
  criterion: Criterion,
  index: number,
  facts: readonly FieldFacts[],
): PatternFinding[] {
  const isOnPresence = criterion.op === "exists" || criterion.op === "absent";
  const masked = facts.map(({ privacy }) => privacy);
  const [first] = masked;
  if (first === undefined) return [];
  const left = masked.map((privacy) => privacy && whyMaskedNever(criterion, privacy));
  if (left[0] !== undefined && left.every((why) => why !== undefined)) {
    return [
      {
        severity: "error",
        pointer: `${field.pointer}/${index}`,
        rule: "masked-comparison",
        message: `This never holds for "${field.path}", which is sensitive (${first.class}): ${left[0]}.`,
        fix: "Compare with what is left, or compare another field.",
      },
    ];
  }
  const idle = masked.map((privacy) => privacy && whyExcludesNothing(criterion, privacy));
  if (idle[0] !== undefined && idle.every((why) => why !== undefined)) {
    return [
      {
        severity: "error",
        pointer: `${field.pointer}/${index}`,
        rule: "masked-comparison",
        message: `This excludes nothing: "${field.path}" is sensitive (${first.class}); ${idle[0]}.`,
        fix: "Exclude what is left of the value, or compare another field.",
      },
    ];
  }
  if (masked.some((privacy) => CHANGED_BY[privacy?.action ?? ""] === undefined)) return [];
  if (isOnPresence && first.action !== "drop") return [];
  return [
    {
      severity: "error",
      pointer: `${field.pointer}/${index}`,
      rule: "masked-comparison",
      message: `The field is sensitive (${first.class}); enrichment ${CHANGED_BY[first.action] ?? ""} before routes see it.`,
      fix: first.action === "drop" ? "Compare another field." : `Compare another field, or ask only whether it exists.`,
    },
  ];
}

function impossibleFinding(
  field: FieldCriteria,
  criterion: Criterion,
  index: number,
  facts: readonly FieldFacts[],
): PatternFinding[] {
  const why = whyNowhere(criterion, facts);
  if (why === undefined) return idleFinding(field, criterion, index, facts);
  return [
    {
      severity: "error",
      pointer: `${field.pointer}/${index}`,
      rule: why.rule,
      message: `This never holds for "${field.path}". ${why.message}`,
      fix: "Correct the value, or remove the alternative.",
    },
  ];
}

/** A negation of values that there are not: it lets everything through, and its author meant something else. */
function idleFinding(
  field: FieldCriteria,
  criterion: Criterion,
  index: number,
  facts: readonly FieldFacts[],
): PatternFinding[] {
  const reasons = excludedBy(criterion).map((one) => whyNowhere(one, facts));
  const [why] = reasons;
  if (why === undefined || reasons.includes(undefined)) return [];
  return [
    {
      severity: "warning",
      pointer: `${field.pointer}/${index}`,
      rule: why.rule,
      message: `This excludes nothing of "${field.path}". ${why.message}`,
      fix: "Correct the values, or remove the comparison.",
    },
  ];
}

// ---- fields together

function checkTogether(conjunction: Conjunction, coverage: Coverage, model: EventModel): PatternFinding[] {
  const fields = conjunction.filter(({ path }) => path.startsWith("event.data."));
  if (fields.length === 0 || coverage.contracts.length === 0 || mayLackContract(conjunction, coverage)) return [];
  if (coverage.contracts.some((contract) => model.canHoldTogether(fields, contract))) return [];
  return [
    {
      severity: "error",
      pointer: "",
      rule: "never-matches",
      message: `No single contract has ${listOf(fields.map(({ path }) => path))} with values that fit.`,
      fix: "Split the route by event type, or use $or.",
    },
  ];
}

/** True if the combination also selects events of types without a contract; those are not valid. */
function mayLackContract(conjunction: Conjunction, { hasUnknownTypes }: Coverage): boolean {
  return hasUnknownTypes && !isOnlyAboutValidEvents(conjunction);
}

function listOf(names: readonly string[]): string {
  return names.length > 8 ? `${names.slice(0, 8).join(", ")} and ${names.length - 8} more` : names.join(", ");
}
