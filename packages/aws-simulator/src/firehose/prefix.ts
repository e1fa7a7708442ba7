import { OptionError } from "../options.ts";
import type { Random } from "../random.ts";
import { formatDate } from "./date-pattern.ts";
import { MAX_PREFIX_LENGTH, RANDOM_STRING_LENGTH } from "./limits.ts";

/** Where Firehose puts what it could not deliver. */
export type ErrorOutputType = "processing-failed" | "format-conversion-failed";

export interface PrefixContext {
  /** Arrival of the oldest record in the object. */
  readonly time: Date;
  readonly random: Random;
  /** Only in an error prefix. */
  readonly errorOutputType?: ErrorOutputType;
}

const expressionPattern = /!\{([^:}]*):?([^}]*)\}/g;
const defaultTimePath = "!{timestamp:yyyy/MM/dd/HH/}";

/**
 * The folder an object goes to: `prefix` with its expressions filled in. Without a timestamp expression Firehose adds
 * `yyyy/MM/dd/HH/` of its own. https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
 *
 * @example
 * ```ts
 * evaluatePrefix("enriched/!{timestamp:yyyy}/", { time: new Date("2026-11-22T10:00:00Z"), random }); // "enriched/2026/"
 * evaluatePrefix("raw/", { time: new Date("2026-11-22T10:00:00Z"), random }); // "raw/2026/11/22/10/"
 * ```
 */
export function evaluatePrefix(prefix: string, context: PrefixContext): string {
  const full = prefix.includes("!{timestamp:") ? prefix : prefix + defaultTimePath;
  return full.replaceAll(expressionPattern, (_expression, namespace: string, value: string) => {
    if (namespace === "timestamp") return formatDate(context.time, value) ?? "";
    return value === "random-string" ? randomString(context.random) : (context.errorOutputType ?? "");
  });
}

/**
 * Refuses what Firehose would refuse: unknown expressions, an error type in the normal prefix, an error prefix without
 * it, or a prefix with expressions and no error prefix beside it. @throws OptionError
 */
export function checkPrefixes(prefix: string, errorOutputPrefix: string | undefined): void {
  checkExpressions("prefix", prefix, ["random-string"]);
  if (errorOutputPrefix === undefined || errorOutputPrefix === "") {
    if (prefix.includes("!{")) {
      throw new OptionError("errorOutputPrefix", "given when `prefix` has expressions", errorOutputPrefix);
    }
    return;
  }
  checkExpressions("errorOutputPrefix", errorOutputPrefix, ["random-string", "error-output-type"]);
  if (!errorOutputPrefix.includes("!{firehose:error-output-type}")) {
    throw new OptionError("errorOutputPrefix", "a prefix with `!{firehose:error-output-type}`", errorOutputPrefix);
  }
}

function checkExpressions(option: string, prefix: string, firehoseValues: readonly string[]): void {
  if (prefix.length > MAX_PREFIX_LENGTH)
    throw new OptionError(option, `at most ${MAX_PREFIX_LENGTH} characters`, prefix);
  for (const [expression, namespace, value = ""] of prefix.matchAll(expressionPattern)) {
    const isKnown =
      (namespace === "timestamp" && value !== "" && formatDate(new Date(0), value) !== undefined) ||
      (namespace === "firehose" && firehoseValues.includes(value));
    if (!isKnown) throw new OptionError(option, "made of expressions that Firehose allows here", expression);
  }
  if (prefix.replaceAll(expressionPattern, "").includes("!{")) {
    throw new OptionError(option, "made of complete `!{namespace:value}` expressions", prefix);
  }
}

function randomString(random: Random): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  let text = "";
  for (let index = 0; index < RANDOM_STRING_LENGTH; index += 1) {
    text += alphabet.charAt(Math.floor(random() * alphabet.length));
  }
  return text;
}
