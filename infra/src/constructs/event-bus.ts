import { CloudwatchEventBus } from "@cdktf/provider-aws/lib/cloudwatch-event-bus/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { DataKey } from "./data-key.ts";

export interface EventBusProps {
  readonly name: string;
  readonly description: string;
  readonly key: DataKey;
  readonly tags: Readonly<Record<string, string>>;
}

/** An encrypted event bus that Terraform will not delete. Its rules are the consumer's. */
export class EventBus extends Construct {
  readonly name: string;
  readonly #bus: CloudwatchEventBus;

  constructor(scope: Construct, id: string, { name, description, key, tags }: EventBusProps) {
    super(scope, id);
    this.name = name;
    this.#bus = new CloudwatchEventBus(this, "resource", {
      name,
      description,
      kmsKeyIdentifier: key.arn,
      tags: { ...tags },
      lifecycle: { preventDestroy: true },
    });
  }

  get arn(): string {
    return this.#bus.arn;
  }

  /** The bus's name as a reference, so that what uses it waits for it. */
  get nameReference(): string {
    return this.#bus.name;
  }

  /** For what has to wait for it without naming it. */
  get resource(): ITerraformDependable {
    return this.#bus;
  }
}
