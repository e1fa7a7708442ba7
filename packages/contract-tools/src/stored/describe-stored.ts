import type { StoredType } from "./count-stored.ts";

/** Where the events came from: objects of the lake, or the running pipeline with its state in a folder. */
export interface StoredSource {
  readonly events?: string | undefined;
  readonly state?: string | undefined;
}

/** Lines for people: what is stored of each type, and the commands that bring back what would be valid. */
export function describeStored(types: readonly StoredType[], { events, state }: StoredSource): string[] {
  const valid = types.reduce((sum, type) => sum + type.valid, 0);
  const all = types.reduce((sum, { unknown, invalid, unseen }) => sum + unknown + invalid + unseen, 0);
  const isMasked = events !== undefined;
  const lines = types.map(({ type, unknown, invalid, unseen, valid: now, schema, sample }) => {
    // Events that were set aside are never in the lake, and those of the last minute are not there yet.
    const were = [`${unknown} unknown`, `${invalid} invalid`, ...(unseen > 0 ? [`${unseen} not in the lake`] : [])];
    return `${type}: ${were.join(", ")}; ${now} valid now${schema === undefined ? "" : ` by ${schema}, such as ${sample ?? ""}`}`;
  });
  lines.push(
    `${valid} of ${all} events would be valid${isMasked ? ", at least: masked values may fail a format" : ""}.`,
  );
  if (valid === 0 || isMasked) return lines;
  const place = state === undefined ? "" : ` --state ${state}`;
  lines.push(`Once the contract is deployed: pnpm replay raw --from 24h --into revalidation${place}`);
  if (types.some(({ valid: now, unseen }) => now > 0 && unseen > 0)) {
    lines.push(`Of those that were set aside: pnpm replay bad-rows --from 24h --kind undescribed${place}`);
  }
  return lines;
}
