/**
 * Action of enrichment on a sensitive value; from `drop` (keeps nothing) to `scan` (masks findings inside free text).
 */
export type PrivacyAction = "drop" | "mask" | "hmac" | "truncate" | "scan";

/** Kind of finding in a free-text field. Every scanned field is also searched for `secret` (credentials). */
export type PrivacyDetector = "email" | "card" | "iban" | "ip" | "phone" | "secret";

/** One `x-privacy` annotation. */
export interface PrivacyRule {
  /** Kind of value, e.g. `email`, `name`, `ip`. */
  class: string;
  action: PrivacyAction;
  /** Only with `truncate`: how many leading characters stay of a value that is no IP address; none when absent. */
  keep?: number;
  /** Only with `scan`: what to look for; all detectors when absent. */
  detect?: PrivacyDetector[];
}

/**
 * Where sensitive values can be in the data of one schema. Over-approximates: every branch of `oneOf`, `anyOf`, `allOf`
 * and `if` counts, so it also holds for events that break their schema. JSON, and finite for recursive schemas:
 * nodes refer to each other by index.
 *
 * To apply it, walk the value together with a *set* of nodes, starting at node 0 (or at `roots`):
 * - `rule` gives the action for the value here, whatever its JSON type is (an object under a `mask` is masked whole).
 *   When several nodes of the set have one, `strictestRule` decides;
 * - a property `key` continues with `properties[key]` when there is one (own: `Object.hasOwn`), else with `additional`;
 *   and in the latter case also with every `patterns` entry whose regular expression (flag `u`) matches `key`;
 * - an array element continues with `items`, and *also* with the node itself: an invalid event may hold an array where
 *   the schema has one value. Of an event that may break its schema, a value that is no array continues with `items`
 *   too.
 */
export interface PrivacyMap {
  nodes: PrivacyNode[];
  /** The nodes to start at, all of which apply; the first one when absent. */
  roots?: number[];
}

/** The privacy rules of a place in `data`, and of the places below it. */
export interface PrivacyNode {
  rule?: PrivacyRule;
  /**
   * A valid value here may have properties or elements that no schema names. `properties` then lists every name there
   * is.
   */
  open?: true;
  /**
   * By property name. Beside ways to a rule: names that are spelled like an annotated one, and are not sensitive here.
   */
  properties?: Record<string, number>;
  /** For property names that `properties` does not list. */
  patterns?: { pattern: string; node: number }[];
  /** For property names that `properties` does not list. */
  additional?: number;
  /** For every element of an array. */
  items?: number;
}
