import type { EnvironmentDrill } from "../environment-drill.ts";

/** One step of the drill. It says what it counted, or throws with what is wrong. */
export interface Stage {
  readonly name: string;
  run(drill: EnvironmentDrill): Promise<string>;
}
