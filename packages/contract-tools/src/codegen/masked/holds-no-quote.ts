/** Formats whose texts have no quotation mark. */
const formats = new Set([
  "date-time",
  "date",
  "time",
  "duration",
  "uuid",
  "uri",
  "uri-reference",
  "hostname",
  "ipv4",
  "ipv6",
]);

/** Anchored sequences of letters, digits, punctuation above `"`, classes of those, and groups, each repeated or not. */
const plainPattern = new RegExp(
  String.raw`^\^(?:` +
    [
      String.raw`\\[dw./+\-]`,
      String.raw`\[(?:\\[dw./+\-]|[\w.:/+@\-])+\]`,
      String.raw`[\w:/@\-]`,
      String.raw`\(\?:|[()]`,
      String.raw`[?*+]|\{\d+(?:,\d*)?\}`,
    ].join("|") +
    String.raw`)+\$$`,
);

/**
 * True if no text that a schema takes can have a quotation mark. Such a text cannot hold JSON, whose inside masking
 * would read. False when it cannot be told.
 */
export function holdsNoQuote({ format, pattern }: { readonly format?: unknown; readonly pattern?: unknown }): boolean {
  if (typeof format === "string" && formats.has(format)) return true;
  return typeof pattern === "string" && plainPattern.test(pattern);
}
