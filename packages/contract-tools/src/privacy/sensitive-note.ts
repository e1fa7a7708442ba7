import type { PrivacyAction, PrivacyRule } from "@millrace/event-contracts";

const whatMaskingLeaves: Readonly<Partial<Record<PrivacyAction, string>>> = {
  mask: "masked",
  hmac: "a pseudonym",
  truncate: "cut",
  scan: "without what was found in it",
};

/**
 * A sentence for people who read the field.
 * @example sensitiveNote({ class: "email", action: "hmac" }) // "Sensitive (email): a pseudonym."
 */
export function sensitiveNote({ class: name, action }: Pick<PrivacyRule, "class" | "action">): string {
  return `Sensitive (${name}): ${whatMaskingLeaves[action] ?? "dropped"}.`;
}
