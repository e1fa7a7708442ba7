import type { CompiledRoute } from "./compiled-routes.ts";
import { compileProjection, type FieldSelector } from "./project.ts";

/** Gives an event with the fields that it is to be delivered with. */
export type Projection = ReturnType<typeof compileProjection>;

/** Groups of routes that are remembered; a destination with ten routes that project may have a thousand. */
const MAX_GROUPS = 1_000;

/** The projection of each group of routes that an event matched together: compiled when the group first comes. */
export class Projections {
  readonly #byGroup = new Map<string, Projection>();

  /** A copy holds what any of its routes asks for: undefined when one of them asks for all. */
  of(group: readonly CompiledRoute[]): Projection | undefined {
    if (group.some(isWhole)) return undefined;
    // Ids hold no comma.
    const key = group.length === 1 ? (group[0]?.id ?? "") : group.map(({ id }) => id).join();
    const known = this.#byGroup.get(key);
    if (known !== undefined) return known;
    const projection = compileProjection(group.map(selectorOf));
    if (this.#byGroup.size >= MAX_GROUPS) this.#byGroup.clear();
    this.#byGroup.set(key, projection);
    return projection;
  }
}

function isWhole({ keep, drop }: CompiledRoute): boolean {
  return keep === undefined && drop === undefined;
}

function selectorOf({ keep, drop }: CompiledRoute): FieldSelector {
  return keep === undefined ? { isKeep: false, paths: drop ?? [] } : { isKeep: true, paths: keep };
}
