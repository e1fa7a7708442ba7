import { runTrouble } from "../alarms/run-troubles.ts";
import { troubles } from "../alarms/troubles.ts";
import { loadResources } from "../resources.ts";

// A child process that runs the troubles it is asked for by their names, one after the other.
const resources = loadResources();

process.on("message", (name: string) => {
  const trouble = troubles.find((each) => each.name === name);
  if (trouble === undefined) throw new RangeError(`There is no trouble "${name}".`);
  void runTrouble(resources, trouble).then((outcome) => process.send?.(outcome));
});
process.on("disconnect", () => process.exit());
