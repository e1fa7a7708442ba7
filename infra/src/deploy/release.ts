import { ReleaseError } from "../errors.ts";
import { type Aliases, type AliasState, describeRelease, describeReturn, takenBack } from "./aliases.ts";

/** A function as the stack's output `functions` describes it. */
export interface PublishedFunction {
  readonly name: string;
  readonly published_version: string;
  readonly alias: string;
}

export interface Canary {
  /** Per cent of the invocations that the new version gets first. */
  readonly share: number;
  /** Time without a new alarm after which it gets all of them. */
  readonly watchSeconds: number;
}

export interface ReleaseOptions {
  readonly environment: string;
  readonly functions: readonly PublishedFunction[];
  /** Without one, the new version gets every invocation at once. */
  readonly canary: Canary | undefined;
  /** Every alarm whose name begins with it is watched. */
  readonly alarmPrefix: string;
  /** Also versions that were taken back before. */
  readonly again: boolean;
  readonly aliases: Aliases;
  readonly clock: Clock;
  /** When it fires, the new version is taken back. */
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
}

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Ends early, without an error, when the signal fires. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** An alarm changes its state once a minute at most. */
const LOOK_EVERY_MS = 15_000;

const timestamp = (clock: Clock): string => new Date(clock.now()).toISOString();

interface Move {
  readonly state: AliasState;
  readonly target: string;
}

/**
 * Gives the versions that Terraform published to the aliases that mappings call: first a share of the invocations,
 * then, when no alarm has begun to fire meanwhile, all of them. When one has, every function goes back to the version
 * it ran, because they were deployed together.
 *
 * Alarms that fired before do not count: a repair must be deployable while they do.
 *
 * @throws ReleaseError when the new versions were taken back
 */
export async function release(options: ReleaseOptions): Promise<void> {
  const { environment, functions, canary, aliases, clock, again, tell } = options;
  const moves: Move[] = [];
  for (const { name, alias, published_version: target } of functions) {
    const state = await aliases.read(name, alias);
    const returned = takenBack(state);
    if (state.version === target && state.canary === undefined) {
      tell(`${name}: version ${target} runs already`);
    } else if (returned?.from === target && !again) {
      tell(
        `${name}: stays at version ${state.version}. Version ${target} was taken back at ${returned.since} (${returned.reason}); ` +
          `deploy a newer one, or try it again: release ${environment} --again`,
      );
    } else {
      moves.push({ state, target });
    }
  }
  if (moves.length === 0) return;
  const released = canary === undefined ? moves : await tryOut(moves, canary, options);
  const time = timestamp(clock);
  for (const { state, target } of released) {
    await aliases.move(state, { version: target, description: describeRelease(target, state.version, time) });
    tell(`${state.functionName}: version ${target} runs (before: ${state.version})`);
  }
}

/** Gives the new versions their share and watches; returns the aliases as they are then. */
async function tryOut(
  moves: readonly Move[],
  { share, watchSeconds }: Canary,
  { environment, aliases, alarmPrefix, clock, signal, tell }: ReleaseOptions,
): Promise<readonly Move[]> {
  const old = new Set(await aliases.firing(alarmPrefix));
  if (old.size > 0) tell(`Firing already, so not counted until they stop: ${[...old].join(", ")}`);
  const started: Move[] = [];
  try {
    for (const { state, target } of moves) {
      started.push({
        target,
        state: await aliases.move(state, {
          version: state.version,
          canary: { version: target, share: share / 100 },
          description: `Version ${target} is tried out with ${share} % since ${timestamp(clock)}`,
        }),
      });
      tell(
        `${state.functionName}: version ${target} gets ${share} % of the invocations, version ${state.version} the rest`,
      );
    }
    const end = clock.now() + watchSeconds * 1000;
    tell(`Watching the alarms ${alarmPrefix}* for ${watchSeconds} s`);
    while (clock.now() < end) {
      await clock.wait(Math.min(LOOK_EVERY_MS, end - clock.now()), signal);
      if (signal.aborted) throw new ReleaseError("the release was interrupted");
      const firing = await aliases.firing(alarmPrefix);
      for (const name of old) if (!firing.has(name)) old.delete(name);
      const fresh = [...firing].filter((name) => !old.has(name));
      if (fresh.length > 0) throw new ReleaseError(`alarm ${fresh.join(", ")}`);
    }
    return started;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const time = timestamp(clock);
    const stuck: string[] = [];
    for (const { state, target } of started) {
      const name = state.functionName;
      try {
        await aliases.move(state, { version: state.version, description: describeReturn(target, time, reason) });
        tell(`${name}: version ${target} was taken back, version ${state.version} runs alone`);
      } catch (failure) {
        stuck.push(`${name} (${failure instanceof Error ? failure.message : String(failure)})`);
      }
    }
    if (stuck.length > 0) {
      throw new ReleaseError(
        `The new versions had to be taken back (${reason}), but still have their share: ${stuck.join("; ")}. Run: rollback ${environment}`,
        { cause },
      );
    }
    throw new ReleaseError(
      `The new versions were taken back: ${reason}. Every function runs the version it ran before; what Terraform changed besides stays. ` +
        "Repair and deploy again.",
      { cause },
    );
  }
}
