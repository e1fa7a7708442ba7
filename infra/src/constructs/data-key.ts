import { KmsAlias } from "@cdktf/provider-aws/lib/kms-alias/index.js";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key/index.js";
import { Construct } from "constructs";
import { type PrincipalStatement, principalPolicyDocument, type Statement } from "./policy.ts";

export interface DataKeyProps {
  readonly name: string;
  readonly description: string;
  readonly accountId: string;
  readonly region: string;
  /** AWS services that use the key by themselves, each with its conditions. */
  readonly services?: readonly PrincipalStatement[];
}

/** Services by which the pipeline itself uses its keys. */
type Service = "kinesis" | "s3" | "sns";

/** A customer managed key that rotates every year and that Terraform will not delete. */
export class DataKey extends Construct {
  readonly #key: KmsKey;
  readonly #region: string;
  readonly #id: string;

  constructor(scope: Construct, id: string, { name, description, accountId, region, services = [] }: DataKeyProps) {
    super(scope, id);
    this.#region = region;
    this.#id = id;
    this.#key = new KmsKey(this, "resource", {
      description,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      // In a key policy "*" means this key. Without the first statement no principal could change the policy again.
      // https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
      policy: principalPolicyDocument([
        {
          sid: "AccountDecidesByIam",
          principal: { AWS: `arn:aws:iam::${accountId}:root` },
          actions: ["kms:*"],
          resources: ["*"],
        },
        ...services,
      ]),
      lifecycle: { preventDestroy: true },
    });
    new KmsAlias(this, "alias", { name: `alias/${name}`, targetKeyId: this.#key.keyId });
  }

  get arn(): string {
    return this.#key.arn;
  }

  /** Lets an identity encrypt through the service. */
  encryptThrough(service: Service): Statement {
    return this.useThrough(service, "Encrypt", ["kms:GenerateDataKey"]);
  }

  /** Lets an identity decrypt through the service. */
  decryptThrough(service: Service): Statement {
    return this.useThrough(service, "Decrypt", ["kms:Decrypt"]);
  }

  /** Lets an identity write objects: a multipart upload reads its own parts back. */
  writeObjects(): Statement {
    return this.useThrough("s3", "EncryptObjects", ["kms:GenerateDataKey", "kms:Decrypt"]);
  }

  /** Lets an identity publish to a topic that is encrypted with the key. */
  publish(): Statement {
    return this.useThrough("sns", "Publish", ["kms:GenerateDataKey", "kms:Decrypt"]);
  }

  /**
   * Lets an identity use the key through a service.
   * @param verb of that use, in the id of the statement
   */
  useThrough(service: string, verb: string, actions: readonly string[]): Statement {
    return {
      sid: `${verb}Through${sidPart(service)}With${sidPart(this.#id)}`,
      actions,
      resources: [this.#key.arn],
      conditions: { StringEquals: { "kms:ViaService": `${service}.${this.#region}.amazonaws.com` } },
    };
  }
}

const sidPart = (id: string): string =>
  id
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join("");
