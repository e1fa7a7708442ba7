import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue/index.js";
import { SqsQueuePolicy } from "@cdktf/provider-aws/lib/sqs-queue-policy/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { QUEUE_RETENTION_SECONDS, QUEUE_VISIBILITY_SECONDS } from "../limits.ts";
import type { DataKey } from "./data-key.ts";
import { principalPolicyDocument } from "./policy.ts";

export interface EventQueueProps {
  readonly name: string;
  readonly key: DataKey;
  readonly tags: Readonly<Record<string, string>>;
}

/** An encrypted standard queue that Terraform will not delete. */
export class EventQueue extends Construct {
  readonly name: string;
  readonly #queue: SqsQueue;

  constructor(scope: Construct, id: string, { name, key, tags }: EventQueueProps) {
    super(scope, id);
    this.name = name;
    this.#queue = new SqsQueue(this, "resource", {
      name,
      kmsMasterKeyId: key.arn,
      kmsDataKeyReusePeriodSeconds: 300,
      messageRetentionSeconds: QUEUE_RETENTION_SECONDS,
      visibilityTimeoutSeconds: QUEUE_VISIBILITY_SECONDS,
      tags: { ...tags },
      lifecycle: { preventDestroy: true },
    });
    // IAM grants who may send and receive. This policy adds that every request uses TLS.
    new SqsQueuePolicy(this, "policy", {
      queueUrl: this.#queue.url,
      policy: principalPolicyDocument([
        {
          effect: "Deny",
          sid: "OnlyOverTls",
          principal: "*",
          actions: ["sqs:*"],
          resources: [this.#queue.arn],
          conditions: { Bool: { "aws:SecureTransport": "false" } },
        },
      ]),
    });
  }

  get arn(): string {
    return this.#queue.arn;
  }

  /** The queue's name as a reference, so that what uses it waits for it. */
  get nameReference(): string {
    return this.#queue.name;
  }

  /** For what has to wait for it without naming it. */
  get resource(): ITerraformDependable {
    return this.#queue;
  }
}
