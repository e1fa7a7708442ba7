import { ReleaseError } from "../errors.ts";
import { type Aliases, type AliasState, describeReturn, movedAt, versionBefore } from "./aliases.ts";

export interface RollbackOptions {
  readonly functionNames: readonly string[];
  readonly alias: string;
  readonly aliases: Aliases;
  /** Reason of the rollback, kept in the alias's description. */
  readonly reason: string;
  readonly now: () => number;
  readonly tell: (line: string) => void;
}

/**
 * Takes the functions that moved last one step back: a version that is being tried out loses its share; else the
 * version that ran before the one that runs takes its place. Nothing is deployed, and Terraform leaves the aliases
 * alone.
 *
 * @throws ReleaseError when no function has a version to go back to
 */
export async function rollBack({ functionNames, alias, aliases, reason, now, tell }: RollbackOptions): Promise<void> {
  const states = [];
  for (const name of functionNames) states.push(await aliases.read(name, alias));
  const last = movedLast(states);
  const time = new Date(now()).toISOString();
  let moved = 0;
  for (const state of states) {
    const name = state.functionName;
    if (!last.includes(state)) {
      tell(`${name}: was not part of the last move, so version ${state.version} stays`);
      continue;
    }
    const step = await stepBack(state, aliases);
    if (step === undefined) {
      tell(`${name}: version ${state.version} is the oldest there is, so it stays`);
      continue;
    }
    await aliases.move(state, {
      version: step.to,
      description: describeReturn(step.from, time, reason),
    });
    tell(`${name}: version ${step.to} runs, version ${step.from} was taken back`);
    moved += 1;
  }
  if (moved === 0) throw new ReleaseError("No function has an earlier version, so nothing was taken back.");
}

/** Those that are being tried out; else those that the last release or return moved; else all. */
function movedLast(states: readonly AliasState[]): readonly AliasState[] {
  const tried = states.filter(({ canary }) => canary !== undefined);
  if (tried.length > 0) return tried;
  const latest = states
    .flatMap((state) => movedAt(state) ?? [])
    .toSorted()
    .at(-1);
  return latest === undefined ? states : states.filter((state) => movedAt(state) === latest);
}

async function stepBack(state: AliasState, aliases: Aliases): Promise<{ from: string; to: string } | undefined> {
  if (state.canary !== undefined) return { from: state.canary.version, to: state.version };
  const published = await aliases.versions(state.functionName);
  const recorded = Number(versionBefore(state));
  const to = published.includes(recorded)
    ? recorded
    : published.filter((version) => version < Number(state.version)).at(-1);
  return to === undefined ? undefined : { from: state.version, to: String(to) };
}
