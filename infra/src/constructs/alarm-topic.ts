import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic/index.js";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription/index.js";
import { Construct } from "constructs";
import type { DataKey } from "./data-key.ts";

export interface AlarmTopicProps {
  readonly name: string;
  readonly key: DataKey;
  readonly emails: readonly string[];
}

/** Where every alarm goes. */
export class AlarmTopic extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, { name, key, emails }: AlarmTopicProps) {
    super(scope, id);
    const topic = new SnsTopic(this, "resource", { name, kmsMasterKeyId: key.arn });
    for (const [index, endpoint] of emails.entries()) {
      new SnsTopicSubscription(this, `email_${index + 1}`, { topicArn: topic.arn, protocol: "email", endpoint });
    }
    this.arn = topic.arn;
  }
}
