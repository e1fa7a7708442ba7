import type { EnvironmentConfig } from "../../config/schema.ts";
import * as unit from "../../config/units.ts";
import { DeployError, DrillError } from "../../errors.ts";
import { stackFolder } from "../../synthesize.ts";
import type { EnvironmentDrill, Variant } from "../environment-drill.ts";
import { isMappingOf, RunningPipeline } from "./running-pipeline.ts";
import { type LakeObject, readLakeObject, versionOf } from "./lake-object.ts";
import { startTraffic, type Traffic } from "./traffic.ts";

type Compression = EnvironmentConfig["packing"]["compression"];

const DELIVERY = "aws_kinesis_firehose_delivery_stream.enriched_delivery";
/** The laptop's: objects come while the drill waits for them. */
const BUFFER_INTERVAL = unit.seconds(2);
const DEADLINE_MS = 120_000;
const LOOK_EVERY_MS = 100;
/** Firehose is at rest when its figures say so at so many looks: it reads a shard twice meanwhile. */
const LOOKS_AT_REST = 25;
/** Objects of a form that the drill wants to see before it goes on. */
const MIN_OBJECTS = 2;

/**
 * Changes the form of enriched records in a deployed environment and back, by the steps of docs/capacity.md, while
 * events are accepted; then once without stopping enrichment, to see what the steps are for.
 *
 * @throws DrillError
 */
export async function drillPacking(drill: EnvironmentDrill, tell: (line: string) => void): Promise<void> {
  drill.synthesize(writing("none"));
  await drill.terraform("init", "-input=false");
  await drill.deploy();
  const stackPath = `${stackFolder(drill.workspace.outDir, drill.environment)}/cdk.tf.json`;
  const pipeline = await RunningPipeline.start(stackPath, drill.standIns.world, drill.config.aws);
  const traffic = startTraffic(pipeline.kinesis, pipeline.rawStream);
  try {
    const rehearsal = new PackingDrill(drill, pipeline, traffic);
    await rehearsal.seeObjects();
    tell(await rehearsal.expectRefusal("gzip"));
    tell(await rehearsal.change("gzip"));
    tell(await rehearsal.change("none"));
    tell(await rehearsal.changeWithoutStop());
  } finally {
    traffic.stop();
    await pipeline.close();
  }
}

class PackingDrill {
  readonly #drill: EnvironmentDrill;
  readonly #pipeline: RunningPipeline;
  readonly #traffic: Traffic;
  /** Form of the objects that each version of the delivery stream stores, from version 1 on. */
  readonly #forms: Compression[] = ["none"];

  constructor(drill: EnvironmentDrill, pipeline: RunningPipeline, traffic: Traffic) {
    this.#drill = drill;
    this.#pipeline = pipeline;
    this.#traffic = traffic;
  }

  /** The guard of deployments knows the steps: without `--accept-gap` it lets no other form pass. */
  async expectRefusal(form: Compression): Promise<string> {
    this.#drill.synthesize(writing(form));
    const refused = await this.#drill.deploy().then(
      () => undefined,
      (error: unknown) => error,
    );
    if (refused instanceof DeployError && refused.message.includes(`--accept-gap ${DELIVERY}`)) {
      return `a deployment of ${form} is refused without --accept-gap`;
    }
    throw new DrillError("The guard let another form of the delivery pass.", { cause: refused });
  }

  /** The steps of docs/capacity.md, "Change the form of enriched records". */
  async change(form: Compression): Promise<string> {
    const { accepted } = this.#traffic;
    const before = this.#forms.at(-1) ?? "";
    await this.#setMapping(false);
    const [stoppedAt, written] = [accepted.size, this.#pipeline.enrichedRecords];
    await this.#deliveryAtRest();
    const { plan } = await this.#deploy(form);
    const replaced = plan.changes.filter(({ actions }) => actions.includes("delete")).map(({ address }) => address);
    if (replaced.length > 0) throw new DrillError(`The deployment deletes or replaces ${replaced.join(", ")}.`);
    if (this.#pipeline.isReading) throw new DrillError("The deployment started the stopped mapping.");
    if (this.#pipeline.enrichedRecords !== written) throw new DrillError("A stopped mapping invoked enrichment.");
    const waited = accepted.size - stoppedAt;
    if (waited === 0) throw new DrillError("No event was accepted while enrichment stood still.");
    await this.#setMapping(true);
    await this.seeObjects();
    const objects = await this.#checkEvents();
    return (
      `${before} to ${form}: ${waited} events waited in the raw stream; all ${accepted.size} are in the lake, and once in ` +
      `the view; ${objects}`
    );
  }

  /** Without the first two steps Firehose holds lines when it is told to join members. */
  async changeWithoutStop(): Promise<string> {
    await this.#until("records that Firehose holds", () => this.#pipeline.heldRecords > 0);
    await this.#deploy("gzip");
    await this.#until("a file that cannot be loaded", () => this.#pipeline.failedLoads.length > 0);
    const [{ fileName, reason } = { fileName: "", reason: "" }] = this.#pipeline.failedLoads;
    const { fault } = (await this.#objects()).find(({ key }) => key === fileName) ?? {};
    if (reason !== "FILE_UNREADABLE" || fault === undefined) {
      throw new DrillError(
        `${fileName}: expected FILE_UNREADABLE, got ${reason}; other readers: ${fault ?? "no fault"}`,
      );
    }
    return `none to gzip without stopping enrichment: the pipe refuses an object, ${reason}; ${fault}`;
  }

  /** Waits until the delivery stream has stored some objects in the form that it has now. */
  async seeObjects(): Promise<void> {
    await this.#until("objects of this form", async () => {
      const keys = await this.#pipeline.lakeKeys();
      return keys.filter((key) => versionOf(key) === this.#forms.length).length >= MIN_OBJECTS;
    });
  }

  /** UpdateEventSourceMapping, which ends when no invocation is under way. */
  async #setMapping(isEnabled: boolean): Promise<void> {
    const { world } = this.#drill.standIns;
    world.tamper("aws_lambda_event_source_mapping", isMappingOf(this.#pipeline.functionName), { enabled: isEnabled });
    await this.#pipeline.follow();
  }

  async #deliveryAtRest(): Promise<void> {
    let looks = 0;
    await this.#until("Firehose at rest", () => {
      const { dataFreshnessMs, millisBehindLatest } = this.#pipeline.figures;
      looks = dataFreshnessMs + millisBehindLatest > 0 ? 0 : looks + 1;
      return looks === LOOKS_AT_REST;
    });
    const left = this.#pipeline.undeliveredRecords;
    if (left > 0) throw new DrillError(`Firehose's figures said that it was at rest, and ${left} records were left.`);
  }

  async #deploy(form: Compression) {
    this.#drill.synthesize(writing(form));
    const deployment = await this.#drill.deploy({ acceptedGaps: [DELIVERY] });
    this.#forms.push(form);
    await this.#pipeline.follow();
    return deployment;
  }

  /** Every event that was accepted by now is in the lake, in objects of one form each, and once in the view. */
  async #checkEvents(): Promise<string> {
    const wanted = [...this.#traffic.accepted];
    const missing = async (): Promise<number> => {
      const found = new Set(await this.#pipeline.idsInView());
      return wanted.filter((id) => !found.has(id)).length;
    };
    await this.#until("all accepted events in the view", async () => (await missing()) === 0);
    const objects = await this.#objects();
    for (const { key, version, members, fault } of objects) {
      if (fault !== undefined) throw new DrillError(`${key} cannot be read: ${fault}`);
      if (this.#forms[version - 1] === "none" && members > 1)
        throw new DrillError(`${key} has members among its lines.`);
    }
    const inLake = new Set(objects.flatMap(({ ids }) => ids));
    const lost = wanted.filter((id) => !inLake.has(id)).length;
    if (lost > 0) throw new DrillError(`The lake lacks ${lost} events.`);
    const inView = await this.#pipeline.idsInView();
    const doubled = inView.length - new Set(inView).size;
    if (doubled > 0) throw new DrillError(`The view has ${doubled} events twice.`);
    return this.#describe(objects);
  }

  #describe(objects: readonly LakeObject[]): string {
    const counts = this.#forms.map((form, index) => {
      const stored = objects.filter(({ version }) => version === index + 1);
      const members = stored.reduce((sum, object) => sum + object.members, 0);
      if (form === "none") return `${stored.length} of lines`;
      // Records that Firehose had compressed again would be one member, too.
      if (members <= stored.length) throw new DrillError("No object of packed records has a second member.");
      return `${stored.length} of ${members} members`;
    });
    return `objects: ${counts.join(", then ")}`;
  }

  async #objects(): Promise<readonly LakeObject[]> {
    const keys = await this.#pipeline.lakeKeys();
    return Promise.all(keys.map(async (key) => readLakeObject(key, await this.#pipeline.readLake(key))));
  }

  async #until(what: string, probe: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = Date.now() + DEADLINE_MS;
    while (!(await probe())) {
      const { failedLoads } = this.#pipeline;
      if (Date.now() > deadline)
        throw new DrillError(`${what} did not come. Failed loads: ${JSON.stringify(failedLoads)}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }
}

/** The environment with this form, and objects every other second. */
const writing = (compression: Compression): Variant => ({
  change: (config) => ({
    ...config,
    packing: { ...config.packing, compression },
    delivery: { ...config.delivery, enriched: { ...config.delivery.enriched, bufferInterval: BUFFER_INTERVAL } },
  }),
});
