import { DrillError } from "../../errors.ts";
import type { Stage } from "./stage.ts";

export const initialize: Stage = {
  name: "init, validate",
  async run(drill) {
    drill.synthesize();
    await drill.terraform("init", "-input=false");
    await drill.terraform("validate");
    return "providers found in their pinned versions, configuration valid";
  },
};

export const firstDeployment: Stage = {
  name: "deploy",
  async run(drill) {
    const { plan, applied } = await drill.deploy();
    const { create } = plan.counts;
    if (applied.length !== create)
      throw new DrillError(`${create} resources were planned and ${applied.length} were made.`);
    const { count, faults, unchecked } = drill.standIns.requests;
    if (faults.length > 0) throw new DrillError(`The APIs would refuse:\n${faults.join("\n")}`);
    const note = unchecked.size === 0 ? "" : `; no rule for ${[...unchecked].join(", ")}`;
    return `${create} resources planned, ${applied.length} applied, ${count} API requests, 0 faults${note}`;
  },
};

export const planAgain: Stage = {
  name: "plan again",
  async run(drill) {
    if ((await drill.exitCode("plan", "-input=false", "-detailed-exitcode")) !== 0)
      throw new DrillError(`A second plan has changes:\n${drill.lastWords()}`);
    return "no changes";
  },
};
