import type { PrivacyRule } from "@millrace/event-contracts";
import type { Pseudonym } from "@millrace/privacy-keys";
import { MaskingFailedError } from "../errors.ts";
import type { MaskingMemory } from "../memory/masking-memory.ts";
import type { Pseudonymizer } from "./privacy-keys.ts";

/** Replacement of a masked value. It reveals nothing, not even a length. */
export const maskedText = "***";

/** The value after its rule: dropped, or replaced. */
export type RuleOutcome =
  | { readonly isDropped: true }
  | {
      readonly isDropped: false;
      readonly value: unknown;
      readonly pseudonym?: Pseudonym;
      readonly alternates?: readonly Pseudonym[];
    };

const dropped: RuleOutcome = { isDropped: true };
const masked: RuleOutcome = { isDropped: false, value: maskedText };

/**
 * Applies `drop`, `mask`, `hmac` or `truncate` to a value of any JSON type (`scan` looks inside, see mask-value.ts).
 *
 * @throws MaskingFailedError for an action this version does not know: the event must not leave in clear
 */
export function applyRule(
  value: unknown,
  rule: PrivacyRule,
  pseudonymizer: Pseudonymizer,
  memory: MaskingMemory,
): RuleOutcome {
  switch (rule.action) {
    case "drop":
      return dropped;
    case "mask":
      return masked;
    case "hmac": {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      const pseudonym = pseudonymizer.active(rule.class, text);
      const alternates = pseudonymizer.alternates(rule.class, text);
      return {
        isDropped: false,
        value: pseudonym.value,
        pseudonym,
        ...(alternates.length === 0 ? {} : { alternates }),
      };
    }
    case "truncate":
      return typeof value === "string" ? { isDropped: false, value: truncate(value, rule, memory) } : masked;
    case "scan":
    default:
      throw new MaskingFailedError("The contract asks for a privacy action that this version does not know.");
  }
}

function truncate(text: string, rule: PrivacyRule, memory: MaskingMemory): string {
  if (rule.class === "ip") return memory.truncateIp(text) ?? maskedText;
  const characters = Array.from(text);
  const keep = rule.keep ?? 0;
  // A value as short as what may be kept would stay whole.
  return characters.length <= keep ? maskedText : `${characters.slice(0, keep).join("")}${maskedText}`;
}
