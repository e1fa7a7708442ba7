import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic/index.js";
import { NotificationIntegration } from "@cdktf/provider-snowflake/lib/notification-integration/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { DataKey } from "./data-key.ts";
import { ServiceRole } from "./service-role.ts";

export interface LoaderSignalProps {
  /** Of the topic and of the role. */
  readonly name: string;
  /** Of Snowflake's integration. */
  readonly integrationName: string;
  readonly description: string;
  readonly accountId: string;
  readonly key: DataKey;
}

/**
 * A topic that Snowflake publishes to. CloudWatch counts the messages of every topic (`NumberOfMessagesPublished`), so
 * that each message is a datum of a metric, with no function between the two.
 */
export class LoaderSignal extends Construct {
  readonly topicName: string;
  readonly integrationName: string;
  /** Has to be there before anything is published. */
  readonly ready: readonly ITerraformDependable[];

  constructor(scope: Construct, id: string, props: LoaderSignalProps) {
    super(scope, id);
    const { name, integrationName, description, accountId, key } = props;
    const topic = new SnsTopic(this, "topic", { name, kmsMasterKeyId: key.arn });
    const integration = new NotificationIntegration(this, "integration", {
      name: integrationName,
      comment: description,
      enabled: true,
      type: "QUEUE",
      direction: "OUTBOUND",
      notificationProvider: "AWS_SNS",
      awsSnsTopicArn: topic.arn,
      // Written out: the role's trust policy needs the integration's identity, so the integration cannot wait for the
      // role.
      awsSnsRoleArn: `arn:aws:iam::${accountId}:role/${name}`,
    });
    const role = new ServiceRole(this, "role", {
      name,
      description,
      trust: {
        sid: "SnowflakeIntegration",
        principal: { AWS: integration.awsSnsIamUserArn },
        actions: ["sts:AssumeRole"],
        conditions: { StringEquals: { "sts:ExternalId": integration.awsSnsExternalId } },
      },
      statements: [{ sid: "PublishSignal", actions: ["sns:Publish"], resources: [topic.arn] }, key.publish()],
    });
    this.topicName = name;
    this.integrationName = integrationName;
    this.ready = [integration, role.policy];
  }
}
