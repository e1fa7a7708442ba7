import type { Criterion } from "../criterion.ts";
import { LIMITS, type PatternLimits } from "../limits.ts";
import { parsePattern } from "../parse-pattern.ts";
import type { EventPattern } from "../pattern.ts";
import { buildTree } from "./build-tree.ts";
import type { CompiledClause, CompiledPatterns, CompiledRule } from "./compiled-patterns.ts";

/** Gives equal things one index. */
class Interner<T> {
  readonly items: T[] = [];
  readonly #indexes = new Map<string, number>();

  indexOf(key: string, item: T): number {
    const known = this.#indexes.get(key);
    if (known !== undefined) return known;
    const index = this.items.push(item) - 1;
    this.#indexes.set(key, index);
    return index;
  }
}

/** Compiles named patterns to their stored form. */
export function compileSet(
  named: Readonly<Record<string, string | EventPattern>>,
  limits: PatternLimits = LIMITS,
): CompiledPatterns {
  const names = Object.keys(named);
  const paths = new Interner<string>();
  const criteria = new Interner<Criterion>();
  const clauses = new Interner<CompiledClause>();
  const rules: CompiledRule[] = [];
  names.forEach((name, index) => {
    for (const fields of parsePattern(named[name] ?? {}, limits)) {
      const ids = fields.map(({ path, anyOf }) => {
        const pathId = paths.indexOf(path, path);
        const criterionIds = [
          ...new Set(anyOf.map((criterion) => criteria.indexOf(JSON.stringify(criterion), criterion))),
        ];
        criterionIds.sort((a, b) => a - b);
        return clauses.indexOf(`${pathId}:${criterionIds.join()}`, [pathId, criterionIds]);
      });
      rules.push([index, ids]);
    }
  });
  const parts = { criteria: criteria.items, clauses: clauses.items, rules };
  return { format: 1, names, paths: paths.items, ...parts, tree: buildTree(parts) };
}
