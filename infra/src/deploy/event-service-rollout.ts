import { join } from "node:path";
import type { EnvironmentConfig } from "../config/schema.ts";
import { workloadOf } from "../kubernetes/event-service-workload.ts";
import { DeployError, ProgramMissingError } from "../errors.ts";
import type { AwsCommandLine } from "../programs/aws-command-line.ts";
import type { RunProgram } from "../programs/run-program.ts";
import type { ShowProgram } from "../programs/show-program.ts";
import { withPrivateFolder } from "./private-folder.ts";

const ROLLOUT_TIMEOUT = "10m";

/** Takes the event service one revision back, which Kubernetes remembers (`revisionHistoryLimit`). */
export class EventServiceRollout {
  readonly #config: EnvironmentConfig["ingest"];
  readonly #aws: AwsCommandLine;
  readonly #programs: { readonly run: RunProgram; readonly show: ShowProgram };

  constructor(
    config: EnvironmentConfig["ingest"],
    aws: AwsCommandLine,
    programs: { readonly run: RunProgram; readonly show: ShowProgram },
  ) {
    this.#config = config;
    this.#aws = aws;
    this.#programs = programs;
  }

  get command(): string {
    return `kubectl rollout undo ${workloadOf(this.#config).resource} --namespace ${this.#config.namespace}`;
  }

  /** @throws ProgramMissingError, DeployError */
  async undo(environment: string, tell: (line: string) => void): Promise<void> {
    const { cluster, namespace } = this.#config;
    const { resource } = workloadOf(this.#config);
    await withPrivateFolder(async (folder) => {
      const kubeconfig = join(folder, "kubeconfig");
      const { exitCode, stderr } = await this.#programs.run(
        "aws",
        this.#aws.args(["eks", "update-kubeconfig", "--name", cluster.name, "--kubeconfig", kubeconfig]),
      );
      if (exitCode !== 0) throw new DeployError(`aws eks update-kubeconfig failed: ${stderr.trim()}`);
      const common = ["--kubeconfig", kubeconfig, "--namespace", namespace];
      for (const step of [["undo"], ["status", `--timeout=${ROLLOUT_TIMEOUT}`]]) {
        const [verb = "", ...options] = step;
        const code = await this.#programs.show("kubectl", [...common, "rollout", verb, resource, ...options]);
        if (code === undefined)
          throw new ProgramMissingError("kubectl", "Install it: https://kubernetes.io/docs/tasks/tools");
        if (code !== 0)
          throw new DeployError(`kubectl rollout ${verb} failed with exit code ${code}; its own message is above.`);
      }
      const image = await this.#programs.run("kubectl", [
        ...common,
        ...["get", resource, "--output", "jsonpath={.spec.template.spec.containers[0].image}"],
      ]);
      const digest = image.stdout.split("@").at(-1) ?? "";
      tell(
        `The event service runs ${image.stdout}. The next deployment names its image itself; to keep this one: ` +
          `deploy ${environment} --image ${digest}`,
      );
    });
  }
}
