import { type PrivacyMap, type PrivacyNode, type PrivacyRule, strictestRule } from "@millrace/event-contracts";
import type { Privacy, SensitiveField } from "./event-model.ts";

/** A field whose name is free, in the path of a sensitive one. */
export const FREE_NAME = "*";

/**
 * Places of sensitive values in an event, by the map that masking obeys. So every value that masking finds needs a
 * clearance.
 */
export class SensitivePlaces {
  readonly #nodes: readonly PrivacyNode[];

  constructor(map: PrivacyMap | undefined) {
    this.#nodes = map?.nodes ?? [];
  }

  /** The masking of the value at a path, by its own annotation or one around it. */
  ruleAt(segments: readonly string[]): Privacy | undefined {
    let indexes = this.#nodes.length === 0 ? [] : this.#throughArrays([0]);
    for (const segment of ["", ...segments]) {
      if (segment !== "") indexes = this.#throughArrays(indexes.flatMap((index) => this.#childrenOf(index, segment)));
      const [rule, ...others] = indexes.flatMap((index) => this.#nodes[index]?.rule ?? []);
      if (rule !== undefined) return toPrivacy(others.reduce(strictestRule, rule));
    }
    return undefined;
  }

  /** The outermost sensitive fields. A recursive contract is followed once. */
  fieldsBelow(root: string): SensitiveField[] {
    const found = new Map<string, SensitiveField>();
    const collect = (index: number, path: string, above: readonly number[]): void => {
      const node = this.#nodes[index];
      if (node === undefined || above.includes(index)) return;
      if (node.rule !== undefined) {
        found.set(path, { path, ...toPrivacy(node.rule) });
        return;
      }
      const inner = [...above, index];
      for (const [name, child] of Object.entries(node.properties ?? {})) collect(child, `${path}.${name}`, inner);
      for (const child of freeChildren(node)) collect(child, `${path}.${FREE_NAME}`, inner);
      if (node.items !== undefined) collect(node.items, path, inner);
    };
    collect(0, root, []);
    return [...found.values()];
  }

  #childrenOf(index: number, name: string): number[] {
    const node = this.#nodes[index];
    if (node === undefined) return [];
    const named = Object.hasOwn(node.properties ?? {}, name) ? node.properties?.[name] : undefined;
    if (named !== undefined) return [named];
    const patterns = (node.patterns ?? []).filter(({ pattern }) => new RegExp(pattern, "u").test(name));
    return freeChildren({ ...node, patterns });
  }

  /** Arrays are transparent to patterns: the elements stand where the array stands. */
  #throughArrays(indexes: readonly number[]): number[] {
    const all = new Set(indexes);
    // A set is walked to its end, with what is added on the way.
    for (const index of all) {
      const items = this.#nodes[index]?.items;
      if (items !== undefined) all.add(items);
    }
    return [...all];
  }
}

function freeChildren({ additional, patterns }: PrivacyNode): number[] {
  return [...(patterns ?? []).map(({ node }) => node), ...(additional === undefined ? [] : [additional])];
}

function toPrivacy({ class: name, action, keep }: PrivacyRule): Privacy {
  return { class: name, action, keep };
}
