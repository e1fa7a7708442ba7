import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group/index.js";
import { LambdaAlias } from "@cdktf/provider-aws/lib/lambda-alias/index.js";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function/index.js";
import { Construct } from "constructs";
import type { EnvironmentConfig, FunctionConfig } from "../config/schema.ts";
import type { FunctionArtifact } from "../inputs/function-artifact.ts";
import type { DataKey } from "./data-key.ts";
import type { Statement } from "./policy.ts";
import { LIVE_ALIAS } from "../names.ts";
import { ServiceRole } from "./service-role.ts";

export interface PipelineFunctionProps {
  readonly name: string;
  readonly description: string;
  readonly config: FunctionConfig;
  readonly logs: EnvironmentConfig["logs"];
  readonly artifact: FunctionArtifact;
  /** Encrypts the environment variables and the log. */
  readonly key: DataKey;
  readonly environment: Readonly<Record<string, string>>;
  /** Permissions of the function beyond writing its own log. */
  readonly statements: readonly Statement[];
}

/**
 * A Lambda function from a zip that has been built already, with its log group and a role of its own. Every deployment
 * publishes a version; which one runs, and with which share, is the alias's business (docs/decisions/0088).
 */
export class PipelineFunction extends Construct {
  readonly name: string;
  readonly config: FunctionConfig;
  readonly logGroupName: string;
  readonly serviceRole: ServiceRole;
  readonly #function: LambdaFunction;
  readonly #alias: LambdaAlias;

  constructor(scope: Construct, id: string, props: PipelineFunctionProps) {
    super(scope, id);
    this.name = props.name;
    this.config = props.config;
    this.logGroupName = `/aws/lambda/${props.name}`;
    const logGroup = new CloudwatchLogGroup(this, "log", {
      name: this.logGroupName,
      retentionInDays: props.logs.retention,
      kmsKeyId: props.key.arn,
    });
    this.serviceRole = new ServiceRole(this, "role", {
      name: props.name,
      description: `What the function ${props.name} may do`,
      trust: {
        sid: "Lambda",
        principal: { Service: "lambda.amazonaws.com" },
        actions: ["sts:AssumeRole"],
      },
      statements: [
        {
          sid: "WriteOwnLog",
          actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
          resources: [`${logGroup.arn}:*`],
        },
        { sid: "DecryptOwnEnvironment", actions: ["kms:Decrypt"], resources: [props.key.arn] },
        ...props.statements,
      ],
    });
    this.#function = new LambdaFunction(this, "resource", {
      functionName: props.name,
      description: props.description,
      role: this.serviceRole.arn,
      runtime: "nodejs24.x",
      architectures: ["arm64"],
      packageType: "Zip",
      filename: props.artifact.zipPath,
      sourceCodeHash: props.artifact.sha256Base64,
      handler: props.artifact.handler,
      memorySize: props.config.memory,
      timeout: props.config.timeout,
      ...(props.config.reservedConcurrency === undefined
        ? {}
        : { reservedConcurrentExecutions: props.config.reservedConcurrency }),
      publish: true,
      kmsKeyArn: props.key.arn,
      environment: { variables: { ...props.environment } },
      // Text: the JSON format would wrap the metric lines, and CloudWatch would no longer recognise them.
      loggingConfig: { logFormat: "Text", logGroup: logGroup.name },
      // A function that starts without its permissions fails its first batches.
      dependsOn: [this.serviceRole.policy],
    });
    this.#alias = new LambdaAlias(this, "live", {
      name: LIVE_ALIAS,
      functionName: this.#function.functionName,
      functionVersion: this.#function.version,
      // Only the first version goes live here. `release` and `rollback` move the alias afterwards, and say why in its
      // description.
      lifecycle: { ignoreChanges: ["description", "function_version", "routing_config"] },
    });
  }

  /** The function's name as a reference. */
  get nameReference(): string {
    return this.#function.functionName;
  }

  /** ARN that a mapping invokes. */
  get aliasArn(): string {
    return this.#alias.arn;
  }

  /** The version that the last deployment published; the alias may still name another. */
  get publishedVersion(): string {
    return this.#function.version;
  }
}
