import { MemoryObjectStore, type ObjectStoreServer, startObjectStoreServer } from "@millrace/aws-simulator";
import { type CheckedRequests, checkRequests } from "../api/check-requests.ts";
import { kubernetesFaults } from "../api/kubernetes-rules.ts";
import type { SnowflakeAccount } from "../api/snowflake-rules.ts";
import { isList, type ObjectValue } from "../provider/dynamic-value.ts";
import { type ListeningProvider, startProvider } from "../provider/provider-server.ts";
import { ProviderService } from "../provider/provider-service.ts";
import { World } from "../provider/world.ts";
import { StackSchemas } from "../schemas/stack-schemas.ts";
import { type StsServer, startStsServer } from "./sts-server.ts";

export interface StandInsSettings {
  readonly accountId: string;
  readonly region: string;
  /** Names of the providers to stand in for. */
  readonly providers: readonly string[];
  /** Text that the data sources of secrets answer with. */
  readonly secret: string;
  readonly edition: SnowflakeAccount["edition"];
}

/** Where the stand-ins listen. */
export interface Endpoints {
  /** By name of the provider: `127.0.0.1:<port>`. */
  readonly providers: Readonly<Record<string, string>>;
  readonly s3: string;
  readonly sts: string;
}

/** Count of the requests to the APIs, and the reasons to refuse them. */
interface Requests {
  count: number;
  readonly faults: string[];
  /** Types without a rule or a schema below `api/`: no request for them was checked. */
  readonly unchecked: Set<string>;
}

/** Everything that Terraform talks to in place of a cloud: providers, the bucket of the state, and who is asking. */
export class StandIns {
  readonly schemas = new StackSchemas();
  readonly world = new World();
  readonly requests: Requests = { count: 0, faults: [], unchecked: new Set() };
  readonly #store = new MemoryObjectStore();
  #providers: readonly ListeningProvider[] = [];
  #s3: ObjectStoreServer | undefined;
  #sts: StsServer | undefined;
  #edition: SnowflakeAccount["edition"] = "standard";
  #previewFeatures: ReadonlySet<string> = new Set();

  async start({ accountId, region, providers, secret, edition }: StandInsSettings): Promise<Endpoints> {
    this.#edition = edition;
    this.#s3 = await startObjectStoreServer(this.#store);
    this.#sts = await startStsServer(accountId);
    this.#providers = await Promise.all(
      providers.map((name) => {
        const service = new ProviderService({
          schemas: () => this.schemas.of(name),
          world: this.world,
          apply: (type, state) => this.#check(type, state),
          readData: () => ({ secret_string: secret }),
          configured: (config) => {
            const features = config["preview_features_enabled"];
            if (name === "snowflake" && isList(features)) this.#previewFeatures = new Set(features.map(String));
          },
        });
        service.useAccount({ accountId, region, partition: "aws" });
        return startProvider(service);
      }),
    );
    return {
      providers: Object.fromEntries(providers.map((name, index) => [name, this.#providers[index]?.address ?? ""])),
      s3: this.#s3.url,
      sts: this.#sts.url,
    };
  }

  /** Text of everything that Terraform stored. */
  async storedText(): Promise<string> {
    const texts: string[] = [];
    for (const bucket of this.#store.buckets) {
      for (const { key } of await this.#store.list(bucket)) {
        texts.push(Buffer.from((await this.#store.get(bucket, key)).bytes).toString("utf8"));
      }
    }
    return texts.join("\n");
  }

  async close(): Promise<void> {
    for (const provider of this.#providers) provider.close();
    this.#sts?.close();
    await this.#s3?.close();
  }

  #check(type: string, state: ObjectValue): readonly string[] {
    const { requests, faults, unchecked } = type.startsWith("kubernetes_")
      ? this.#checkObject(type, state)
      : checkRequests(type, state, this.world, { edition: this.#edition, previewFeatures: this.#previewFeatures });
    this.requests.count += requests;
    this.requests.faults.push(...faults);
    for (const each of unchecked) this.requests.unchecked.add(each);
    return faults;
  }

  #checkObject(type: string, state: ObjectValue): CheckedRequests {
    const block = this.schemas.of("kubernetes").resources[type] ?? { attributes: [], blocks: [] };
    const faults = kubernetesFaults(type, block, state);
    return { requests: 1, faults: faults ?? [], unchecked: faults === undefined ? [type] : [] };
  }
}
