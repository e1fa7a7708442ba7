import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DrillError } from "../../errors.ts";
import type { EnvironmentDrill } from "../environment-drill.ts";
import type { Stage } from "./stage.ts";

/** Files that others may read, in the octal digits for group and others. */
const FOR_OTHERS = 0o077;

/** Looks for the planted keys wherever a deployment leaves something: state, plan, log, and what Turbo caches. */
export const noSecrets: Stage = {
  name: "secrets",
  async run(drill) {
    const found = await leaks(drill);
    if (found.length > 0) throw new DrillError(found.join("\n"));
    return "planted keys: none in the state, the plan, the cached folder and the log; no plan that others can read";
  },
};

/** One line for each place that has a planted key, or a plan that others can read. */
export async function leaks(drill: EnvironmentDrill): Promise<readonly string[]> {
  const planFile = join(drill.workspace.folder, "searched.tfplan");
  await drill.terraform("plan", "-input=false", `-out=${planFile}`);
  const places: readonly (readonly [string, string])[] = [
    ["the state", await drill.standIns.storedText()],
    ["the plan", await drill.output("show", "-json", planFile)],
    ["the log", readFileSync(drill.workspace.logFile, "utf8")],
    ...cachedFiles(drill).map((file) => [file, readFileSync(file, "latin1")] as const),
  ];
  const withKeys = places.filter(([, text]) => text.includes(drill.secret)).map(([place]) => `A key is in ${place}.`);
  const plans = filesBelow(drill.workspace.folder).filter((file) => file.endsWith(".tfplan"));
  const open = plans.filter((file) => (statSync(file).mode & FOR_OTHERS) !== 0);
  return [
    ...withKeys,
    ...open.map((file) => `Others can read ${file}.`),
    ...plans.filter((file) => file.startsWith(drill.workspace.outDir)).map((file) => `Turbo would cache ${file}.`),
  ];
}

/** Lists the outputs of the Turbo task `synth`, without Terraform's own files. */
const cachedFiles = ({ workspace }: EnvironmentDrill): readonly string[] =>
  filesBelow(workspace.outDir).filter((file) => !file.includes("/.terraform/"));

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
