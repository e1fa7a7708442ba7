import { satisfies } from "../satisfies.ts";
import { LiteralIndex } from "./literal-index.ts";
import { Numbers } from "./numbers.ts";
import type { Candidates, Edge } from "./string-edges.ts";
import type { TextKeys, TextTable } from "./text-table.ts";

/** Finds criteria by a part of their text and tests each that is found. */
export class TestedIndex {
  readonly #edges: readonly Edge[];
  /** Without it the group of keys is looked up. */
  readonly #literals: LiteralIndex | undefined;
  readonly #group: number;
  readonly #isInUpperCase: boolean;
  /** Places in `edges`. */
  readonly #found = new Numbers();

  constructor({ edges, literals, at, isInUpperCase }: Candidates, keys: TextKeys) {
    this.#edges = edges;
    const isAnywhere = at === "anywhere";
    this.#literals = isAnywhere ? new LiteralIndex(literals.map((literal, place) => [literal, place])) : undefined;
    const affixes = literals.map((text, item) => ({ text, item, isCaseIgnored: false }));
    this.#group = isAnywhere ? 0 : keys.addGroup(affixes, at === "end" ? "ends" : "begins");
    this.#isInUpperCase = isInUpperCase;
  }

  /** Adds what the criteria that the value satisfies lead to; one node may come twice. */
  collect(value: string, texts: TextTable, into: Numbers): void {
    const found = this.#found;
    found.count = 0;
    if (this.#literals !== undefined) this.#literals.collect(value, found);
    else texts.collect(this.#group, this.#isInUpperCase ? value.toUpperCase() : value, found);
    for (let place = 0; place < found.count; place += 1) {
      const edge = this.#edges[found.at(place)];
      if (edge !== undefined && satisfies(edge.criterion, value)) into.push(edge.node);
    }
  }
}
