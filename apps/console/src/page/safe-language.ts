/**
 * A browser in the locale POSIX reports `en-US@posix`, which is no tag of a language. The chart library formats its
 * numbers by it, and would end the page. Imported before all else.
 */
try {
  Intl.getCanonicalLocales(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: "en-US", configurable: true });
}
