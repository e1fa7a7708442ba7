import type { Criterion } from "@millrace/event-pattern";
import { allDetectors, scanText } from "@millrace/sensitive-text";
import { excludedBy } from "./can-hold.ts";
import type { Privacy } from "./event-model.ts";
import { isOutside } from "./string-language.ts";

/** Bits of an address that enrichment sets to zero: the last 8 of IPv4, the last 80 of IPv6. */
const CUT_BITS: Readonly<Record<number, bigint>> = { 8: 8n, 32: 80n };
const byte = "(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])";
const hidden = String.raw`\*\*\*`;
/** The network of an address, or the text that stands for what is no address. */
const cutAddress = `^(?:(?:${byte}\\.){3}0|(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,2})?::|${hidden})$`;
const EMAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/i;
const END_OF_EMAIL = /^@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}$/i;

/** Why a criterion holds for nothing that masking leaves, or `undefined` when it may hold. */
export function whyMaskedNever(criterion: Criterion, privacy: Privacy): string | undefined {
  if (privacy.action === "truncate") return whyCut(criterion, privacy);
  return privacy.action === "scan" ? whyScanned(criterion) : undefined;
}

/** Why a negation excludes nothing that masking leaves, or `undefined` when it may exclude something, or is none. */
export function whyExcludesNothing(criterion: Criterion, privacy: Privacy): string | undefined {
  const reasons = excludedBy(criterion).map((one) => whyMaskedNever(one, privacy));
  return reasons.every((why) => why !== undefined) ? reasons[0] : undefined;
}

function whyCut(criterion: Criterion, { class: kind, keep = 0 }: Privacy): string | undefined {
  if (kind !== "ip") {
    const left = `enrichment keeps the first ${keep} characters and puts *** behind them`;
    return isOutside(criterion, { pattern: `^(?:[^]{${keep}})?${hidden}$` }) ? left : undefined;
  }
  const isNever = criterion.op === "ip" ? isCutAway(criterion) : isOutside(criterion, { pattern: cutAddress });
  return isNever ? "enrichment cuts addresses to their /24, or /48 for IPv6" : undefined;
}

/** True if no address of a block ends with the zeros that enrichment puts. */
function isCutAway({ low, high }: Extract<Criterion, { op: "ip" }>): boolean {
  const cut = CUT_BITS[low.length] ?? 0n;
  const first = ((BigInt(`0x${low}`) + (1n << cut) - 1n) >> cut) << cut;
  return first > BigInt(`0x${high}`);
}

function whyScanned(criterion: Criterion): string | undefined {
  const whole = criterion.op === "equals" || criterion.op === "equals-ignore-case" ? criterion.value : undefined;
  const [found] = typeof whole === "string" ? scanText(whole, allDetectors).found : [];
  if (found !== undefined) return `enrichment would write [${found}] in its place`;
  const isAddress = textsOf(criterion).some((text) => EMAIL.test(text)) || endsLikeAddress(criterion);
  return isAddress ? "enrichment replaces the e-mail addresses that it finds in the text" : undefined;
}

function endsLikeAddress(criterion: Criterion): boolean {
  return criterion.op.startsWith("suffix") && END_OF_EMAIL.test(textsOf(criterion)[0] ?? "");
}

/** The texts that a value has to hold, at least. */
function textsOf(criterion: Criterion): readonly string[] {
  switch (criterion.op) {
    case "prefix":
    case "suffix":
    case "prefix-ignore-case":
    case "suffix-ignore-case":
      return [criterion.value];
    case "wildcard":
      return criterion.parts;
    default:
      return [];
  }
}
