import type { PrivacyAction, PrivacyRule } from "./privacy-map.ts";

const strictness: Record<PrivacyAction, number> = { drop: 4, mask: 3, hmac: 2, truncate: 1, scan: 0 };

/**
 * The rule that keeps least of a value: drop, mask, hmac, truncate, scan, in this order. Of equals the first.
 * @example strictestRule({ class: "name", action: "mask" }, { class: "name", action: "drop" }).action // "drop"
 */
export function strictestRule(a: PrivacyRule, b: PrivacyRule): PrivacyRule {
  return strictness[b.action] > strictness[a.action] ? b : a;
}
