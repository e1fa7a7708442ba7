/**
 * A browser in the locale POSIX says `en-US@posix`, which is no tag of a language: the chart library, which formats its
 * numbers by it, would end the page. Imported before all else.
 */
try {
  Intl.getCanonicalLocales(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: "en-US", configurable: true });
}
