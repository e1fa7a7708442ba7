import type { Criterion } from "@millrace/event-pattern";
import type { Privacy } from "./event-model.ts";

/** Bits of an address that enrichment sets to zero: the last 8 of IPv4, the last 80 of IPv6. */
const CUT_BITS: Readonly<Record<number, bigint>> = { 8: 8n, 32: 80n };
const ADDRESS = /^(?:\d{1,3}\.){3}\d{1,3}$/;
const EMAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/i;
const END_OF_EMAIL = /^@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}$/i;

/** Why a criterion holds for nothing that masking leaves, or `undefined` when it may hold. */
export function whyMaskedNever(criterion: Criterion, { action, class: kind, keep }: Privacy): string | undefined {
  if (action === "truncate") return kind === "ip" ? whyNoAddress(criterion) : whyTooLong(criterion, keep);
  return action === "scan" ? whyScanned(criterion) : undefined;
}

function whyNoAddress(criterion: Criterion): string | undefined {
  const left = "enrichment cuts addresses to their /24, or /48 for IPv6";
  if (criterion.op === "equals" && typeof criterion.value === "string" && ADDRESS.test(criterion.value)) {
    return criterion.value.endsWith(".0") ? undefined : left;
  }
  if (criterion.op !== "ip") return undefined;
  const cut = CUT_BITS[criterion.low.length];
  if (cut === undefined) return undefined;
  const [low, high] = [BigInt(`0x${criterion.low}`), BigInt(`0x${criterion.high}`)];
  const first = ((low + (1n << cut) - 1n) >> cut) << cut;
  return first <= high ? undefined : left;
}

function whyTooLong(criterion: Criterion, keep: number | undefined): string | undefined {
  const text = textOf(criterion);
  if (keep === undefined || text === undefined || Array.from(text).length <= keep) return undefined;
  return `enrichment keeps the first ${keep} characters`;
}

function whyScanned(criterion: Criterion): string | undefined {
  const text = textOf(criterion);
  if (text === undefined) return undefined;
  const isAddress = EMAIL.test(text) || (criterion.op.startsWith("suffix") && END_OF_EMAIL.test(text));
  return isAddress ? "enrichment replaces the e-mail addresses that it finds in the text" : undefined;
}

/** The text that a value has to hold, at least. */
function textOf(criterion: Criterion): string | undefined {
  switch (criterion.op) {
    case "equals":
      return typeof criterion.value === "string" ? criterion.value : undefined;
    case "prefix":
    case "suffix":
    case "equals-ignore-case":
    case "prefix-ignore-case":
    case "suffix-ignore-case":
      return criterion.value;
    default:
      return undefined;
  }
}
