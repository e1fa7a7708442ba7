import type { Numbers } from "./numbers.ts";
import type { StringIndex } from "./string-index.ts";
import { type TextEntries, TextTable } from "./text-table.ts";

/** Finds which of many strings a text begins (or ends) with. Where case is ignored, they are of ASCII characters. */
export class AffixIndex implements StringIndex {
  readonly #table: TextTable;

  constructor(entries: TextEntries, side: "prefix" | "suffix", isCaseIgnored = false) {
    this.#table = new TextTable(entries, { isBackward: side === "suffix", isCaseIgnored });
  }

  collect(text: string, into: Numbers): void {
    this.#table.collectAffixes(text, into);
  }
}

/** Finds which of many strings of ASCII characters a text is, in whatever case. */
export class IgnoreCaseIndex implements StringIndex {
  readonly #table: TextTable;

  constructor(entries: TextEntries) {
    this.#table = new TextTable(entries, { isBackward: false, isCaseIgnored: true });
  }

  collect(text: string, into: Numbers): void {
    this.#table.collectWhole(text, into);
  }
}
