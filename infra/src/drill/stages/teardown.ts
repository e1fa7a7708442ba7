import { DrillError } from "../../errors.ts";
import type { Stage } from "./stage.ts";

export const teardown: Stage = {
  name: "destroy",
  async run(drill) {
    const { world } = drill.standIns;
    const existing = world.size;
    if ((await drill.exitCode("destroy", "-auto-approve", "-input=false")) === 0) {
      throw new DrillError("terraform destroy deleted what holds data: prevent_destroy is missing.");
    }
    drill.synthesize({ edit: ({ resource }) => allowDestroy(resource) });
    await drill.terraform("destroy", "-auto-approve", "-input=false");
    if (world.size > 0) throw new DrillError(`${world.size} resources are left.`);
    return `refused while protected; then ${existing} destroyed`;
  },
};

function allowDestroy(resources: Record<string, Record<string, Record<string, unknown>>>): void {
  for (const named of Object.values(resources)) {
    for (const args of Object.values(named)) {
      const lifecycle = args["lifecycle"] as Record<string, unknown> | undefined;
      if (lifecycle !== undefined) delete lifecycle["prevent_destroy"];
    }
  }
}
