import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface Instruction {
  readonly name: string;
  readonly text: string;
}

export interface Stage {
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

export const packageFolder = fileURLToPath(new URL("../..", `file://${import.meta.dirname}/`)).replace(/\/$/, "");
export const repositoryFolder = fileURLToPath(new URL("../../../..", `file://${import.meta.dirname}/`)).replace(
  /\/$/,
  "",
);

/** The Dockerfile by stages; it has one instruction a line. */
export function readDockerfile(): Stage[] {
  const stages: { base: string; instructions: Instruction[] }[] = [];
  for (const line of readFileSync(`${packageFolder}/Dockerfile`, "utf8").split("\n")) {
    const match = /^([A-Z]+) (.+)$/.exec(line);
    if (match === null) continue;
    const [, name = "", text = ""] = match;
    if (name === "FROM") {
      const base = text.split(" ").find((word) => !word.startsWith("--")) ?? "";
      stages.push({ base, instructions: [] });
    } else {
      stages.at(-1)?.instructions.push({ name, text });
    }
  }
  return stages;
}

/** Texts of the instructions of one kind. */
export function textsOf(stage: Stage | undefined, name: string): string[] {
  return (stage?.instructions ?? []).filter((instruction) => instruction.name === name).map(({ text }) => text);
}

/** Options of Node in the command of a stage. */
export function nodeOptionsOf(stage: Stage | undefined): string[] {
  const [entry = "[]"] = textsOf(stage, "ENTRYPOINT");
  return (JSON.parse(entry) as string[]).slice(1, -1);
}
