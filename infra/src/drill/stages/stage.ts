import type { EnvironmentDrill } from "../environment-drill.ts";

/** One step of the drill. It returns its counts, or throws the fault. */
export interface Stage {
  readonly name: string;
  run(drill: EnvironmentDrill): Promise<string>;
}
