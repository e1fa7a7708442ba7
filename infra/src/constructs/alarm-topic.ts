import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic/index.js";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription/index.js";
import { Fn, TerraformVariable } from "cdktf";
import { Construct } from "constructs";
import type { DataKey } from "./data-key.ts";

export interface AlarmTopicProps {
  readonly name: string;
  readonly key: DataKey;
  readonly emails: readonly string[];
  /** Terraform variable with an HTTPS address that gets every alarm. Absent: no such address. */
  readonly webhookVariable?: string | undefined;
}

/** Where the alarms of one severity go. */
export class AlarmTopic extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, { name, key, emails, webhookVariable }: AlarmTopicProps) {
    super(scope, id);
    const topic = new SnsTopic(this, "resource", { name, kmsMasterKeyId: key.arn });
    for (const [index, endpoint] of emails.entries()) {
      new SnsTopicSubscription(this, `email_${index + 1}`, { topicArn: topic.arn, protocol: "email", endpoint });
    }
    if (webhookVariable !== undefined) {
      const variable = new TerraformVariable(this, "webhook", {
        type: "string",
        description: "HTTPS address that is told of these alarms and confirms its subscription by itself",
        nullable: false,
        // The address of an incident service lets its holder raise incidents.
        sensitive: true,
      });
      variable.overrideLogicalId(webhookVariable);
      variable.addValidation({
        condition: Fn.can(Fn.regex("^https://", variable.stringValue)),
        errorMessage: `${webhookVariable} is no https address; give it by TF_VAR_${webhookVariable}.`,
      });
      new SnsTopicSubscription(this, "webhook_subscription", {
        topicArn: topic.arn,
        protocol: "https",
        endpoint: variable.stringValue,
        endpointAutoConfirms: true,
      });
    }
    this.arn = topic.arn;
  }
}
