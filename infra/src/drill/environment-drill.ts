import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderWarehouseViews } from "@millrace/contract-tools/codegen";
import { loadRegistry } from "@millrace/contract-tools/registry";
import { createRouteArtifact, loadRouteDocuments } from "@millrace/routes";
import { loadConfig } from "../config/load-config.ts";
import type { EnvironmentConfig, EnvironmentName } from "../config/schema.ts";
import { applyPlan, makePlan } from "../deploy/deploy.ts";
import { findDrift, reportDrift } from "../deploy/drift.ts";
import { type PlanSummary, SavedPlan } from "../deploy/saved-plan.ts";
import { type CommandResult, Terraform } from "../deploy/terraform.ts";
import { DeployError, DrillError } from "../errors.ts";
import { lookupsOf } from "../inputs/lookup-objects.ts";
import { builtArtifacts } from "../inputs/function-artifact.ts";
import type { RouteDocument } from "../inputs/route-destinations.ts";
import { stackFolder, synthesize } from "../synthesize.ts";
import type { AppliedChange } from "./provider/world.ts";
import type { StackJson } from "./schemas/stack-schemas.ts";
import { StandIns } from "./stand-ins/stand-ins.ts";
import { Workspace } from "./workspace.ts";

const root = join(import.meta.dirname, "../../..");

/** How a stack differs from the one in the repository. */
export interface Variant {
  readonly change?: (config: EnvironmentConfig) => EnvironmentConfig;
  readonly routes?: (documents: readonly RouteDocument[]) => readonly RouteDocument[];
  /** Changes the synthesized plan itself: for faults that the constructs cannot make. */
  readonly edit?: (stack: EditableStack) => void;
}

/** `cdk.tf.json`, to be looked into and changed. */
export interface EditableStack {
  readonly resource: Record<string, Record<string, Record<string, unknown>>>;
  /** Data sources, by type and name. */
  data: unknown;
  /** Configurations of the providers, by name. */
  readonly provider: unknown;
}

/** The plan of one deployment, and its result. */
export interface Deployment {
  readonly plan: PlanSummary;
  readonly applied: readonly AppliedChange[];
}

/** One environment with its stand-ins: what the stages of the drill work with. */
export class EnvironmentDrill {
  readonly environment: EnvironmentName;
  readonly config: EnvironmentConfig;
  readonly standIns: StandIns;
  readonly workspace: Workspace;
  /** Documents that the last stack was made from. */
  #documents: readonly RouteDocument[] = [];
  #imageDigest = digestOf("1");

  /** Value of every secret that the data sources read, and of Snowflake's key. */
  readonly secret: string;

  private constructor(
    environment: EnvironmentName,
    config: EnvironmentConfig,
    standIns: StandIns,
    workspace: Workspace,
    secret: string,
  ) {
    this.secret = secret;
    this.environment = environment;
    this.config = config;
    this.standIns = standIns;
    this.workspace = workspace;
  }

  static async start(environment: EnvironmentName, secret: string): Promise<EnvironmentDrill> {
    const config = loadConfig(environment);
    const standIns = new StandIns();
    const endpoints = await standIns.start({
      ...config.aws,
      providers: ["aws", "kubernetes", "snowflake"],
      secret,
      edition: config.warehouse.edition,
    });
    const workspace = new Workspace(endpoints, { SNOWFLAKE_PRIVATE_KEY: secret });
    return new EnvironmentDrill(environment, config, standIns, workspace, secret);
  }

  /** Writes the stack of a variant, and has the stand-ins serve its types. */
  synthesize({ change = (config) => config, routes = (documents) => documents, edit }: Variant = {}): void {
    const documents = routes(loadRouteDocuments(join(root, "schemas/routes")));
    this.#documents = documents;
    const [path = ""] = synthesize({
      outDir: this.workspace.outDir,
      configs: [change(this.config)],
      artifactsFor: (folder) => builtArtifacts({ root, stackFolder: folder }),
      routeDocuments: documents,
      compiledRoutes: () => JSON.stringify(createRouteArtifact(loadRouteDocuments(join(root, "schemas/routes")))),
      contractViews: renderWarehouseViews(loadRegistry(join(root, "schemas"))),
      lookupsOf: lookupsOf(root),
    });
    const stack = JSON.parse(readFileSync(path, "utf8")) as EditableStack & StackJson;
    edit?.(stack);
    if (edit !== undefined) writeFileSync(path, JSON.stringify(stack, undefined, 2));
    this.workspace.mirrorProviders(stack);
    this.standIns.schemas.learn(stack);
  }

  /** Image that the next plans deploy. */
  useImage(name: string): void {
    this.#imageDigest = digestOf(name);
  }

  /** Runs Terraform in the stack's folder. Its output goes to the log; a failure names the log's last words. */
  async terraform(...args: readonly string[]): Promise<void> {
    const exitCode = await this.exitCode(...args);
    if (exitCode !== 0) throw new DrillError(`terraform ${args.join(" ")} failed:\n${this.lastWords()}`);
  }

  readonly exitCode = async (...args: readonly string[]): Promise<number> =>
    (await this.#run(args, "show")).exitCode ?? 1;

  /** Standard output of a command that is read instead of shown. */
  async output(...args: readonly string[]): Promise<string> {
    const { exitCode, stdout } = await this.#run(args, "read");
    if (exitCode !== 0) throw new DrillError(`terraform ${args.join(" ")} failed:\n${this.lastWords()}`);
    return stdout;
  }

  #run(args: readonly string[], output: "show" | "read"): Promise<CommandResult> {
    const folder = stackFolder(this.workspace.outDir, this.environment);
    const takesVariables = ["plan", "destroy", "import", "refresh"].includes(args[0] ?? "");
    const variables = takesVariables ? [`-var=ingest_image_digest=${this.#imageDigest}`] : [];
    return this.workspace.runTerraform([`-chdir=${folder}`, ...args, ...variables], output);
  }

  /**
   * Deploys with the project's own code: plan, guard, apply of exactly that plan.
   *
   * @throws DeployError from the guard, DrillError when Terraform fails
   */
  async deploy({ acceptedGaps = [] }: { readonly acceptedGaps?: readonly string[] } = {}): Promise<Deployment> {
    const before = this.standIns.world.applied.length;
    const common = {
      terraform: new Terraform(this.environment, this.workspace.outDir, this.workspace.runTerraform),
      routeDocuments: this.#documents,
      acceptedGaps,
      saved: new SavedPlan(join(this.workspace.folder, "plan")),
      tell: () => undefined,
    };
    try {
      const plan = await makePlan({ ...common, imageDigest: this.#imageDigest, isReadOnly: false });
      await applyPlan(common);
      return { plan, applied: this.standIns.world.applied.slice(before) };
    } catch (error) {
      if (error instanceof DeployError && error.message.includes("its own message is above")) {
        throw new DrillError(this.lastWords(), { cause: error });
      }
      throw error;
    }
  }

  /** Runs the command `drift`: its exit code, and what it tells. */
  async drift(): Promise<{ readonly exitCode: number; readonly told: string }> {
    const terraform = new Terraform(this.environment, this.workspace.outDir, this.workspace.runTerraform);
    const told: string[] = [];
    const exitCode = reportDrift(this.environment, await findDrift(terraform), (text) => told.push(text));
    return { exitCode, told: told.join("\n") };
  }

  /** Returns the error of the last Terraform command. */
  lastWords(): string {
    const lines = readFileSync(this.workspace.logFile, "utf8").trimEnd().split("\n");
    const command = lines.slice(lines.findLastIndex((line) => line.startsWith("$ terraform")));
    const errors = command.findIndex((line) => line.startsWith("Error:"));
    return command
      .slice(errors < 0 ? -MAX_WORDS : errors)
      .slice(0, MAX_WORDS)
      .join("\n");
  }

  async close({ keep = false } = {}): Promise<void> {
    await this.standIns.close();
    if (!keep) this.workspace.remove();
  }
}

const MAX_WORDS = 40;

const digestOf = (name: string): string => `sha256:${createHash("sha256").update(name).digest("hex")}`;
