import { DataAwsSecretsmanagerSecret } from "@cdktf/provider-aws/lib/data-aws-secretsmanager-secret/index.js";
import { SecretsmanagerSecret } from "@cdktf/provider-aws/lib/secretsmanager-secret/index.js";
import { SecretsmanagerSecretVersion } from "@cdktf/provider-aws/lib/secretsmanager-secret-version/index.js";
import { Construct } from "constructs";
import type { SecretConfig } from "../config/schema.ts";
import type { Statement } from "./policy.ts";

export interface RuntimeSecretProps {
  /** Name of a secret whose value is in the configuration. Other secrets have their names there. */
  readonly name: string;
  readonly region: string;
  readonly config: SecretConfig;
}

/**
 * A Secrets Manager secret that a workload reads while it runs. Terraform knows its name and its ARN, never its value:
 * plans, states and environments are read by more people than the secret is (docs/decisions/0094). Only `local` makes
 * one, of keys that are public.
 */
export class RuntimeSecret extends Construct {
  readonly arn: string;
  readonly #region: string;
  readonly #keyArn: string | undefined;

  constructor(scope: Construct, id: string, { name, region, config }: RuntimeSecretProps) {
    super(scope, id);
    this.#region = region;
    if (config.from === "secrets-manager") {
      this.arn = new DataAwsSecretsmanagerSecret(this, "resource", { name: config.secretName }).arn;
      this.#keyArn = config.keyArn;
      return;
    }
    const secret = new SecretsmanagerSecret(this, "resource", { name });
    new SecretsmanagerSecretVersion(this, "version", {
      secretId: secret.arn,
      secretString: JSON.stringify(config.value),
    });
    this.arn = secret.arn;
  }

  /** May read this secret. https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html */
  readBy(sid: string): readonly Statement[] {
    const read = { sid: `Read${sid}`, actions: ["secretsmanager:GetSecretValue"], resources: [this.arn] };
    if (this.#keyArn === undefined) return [read];
    return [
      read,
      {
        sid: `Decrypt${sid}`,
        actions: ["kms:Decrypt"],
        resources: [this.#keyArn],
        conditions: {
          StringEquals: {
            "kms:ViaService": `secretsmanager.${this.#region}.amazonaws.com`,
            "kms:EncryptionContext:SecretARN": this.arn,
          },
        },
      },
    ];
  }
}
