import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "../synthesized-plan.ts";
import type { ProgramResult, RunProgram } from "../../src/programs/run-program.ts";

/** An account as the `aws` program shows it. Members are deleted to make a prerequisite missing. */
export interface FakeAccount {
  accountId: string;
  readonly buckets: Map<string, Record<string, Json>>;
  readonly repositories: Map<string, Record<string, Json>>;
  readonly providers: Map<string, Json>;
  /** Versions of managed policies by ARN, the last one the default. */
  readonly policies: Map<string, { readonly id: string; readonly document: Json }[]>;
  readonly roles: Map<string, { trust: Json; readonly attached: Set<string> }>;
  readonly secrets: Map<string, string>;
  certificate: Json;
  subnets: Json[];
  /** Answer of `terraform version`, `undefined` when it is not installed. */
  terraform: string | undefined;
  readonly programs: Set<string>;
  /** Address of the stand-in for EKS. */
  eksUrl: string;
}

export const emptyAccount = (accountId: string): FakeAccount => ({
  accountId,
  buckets: new Map(),
  repositories: new Map(),
  providers: new Map(),
  policies: new Map(),
  roles: new Map(),
  secrets: new Map(),
  certificate: undefined,
  subnets: [],
  terraform: "1.11.4",
  programs: new Set(["aws", "docker", "npm"]),
  eksUrl: "",
});

class AwsError extends Error {}
const absent = (code: string): never => {
  throw new AwsError(code);
};

type Options = Readonly<Record<string, string>>;

/** Runs what bootstrap and doctor run, against an account in memory. `commands` has every command in order. */
export function fakeRun(account: FakeAccount, commands: string[] = []): RunProgram {
  return async (program, args, { folder = "" } = {}) => {
    commands.push([program, ...args].join(" "));
    if (program === "terraform" && account.terraform !== undefined) {
      return ok({ terraform_version: account.terraform });
    }
    if (!account.programs.has(program)) return { exitCode: undefined, stdout: "", stderr: "" };
    if (program !== "aws") return ok({});
    const [service = "", action = "", ...rest] = args;
    const options = parse(rest, folder);
    try {
      const answer =
        service === "eks" ? await eks(account, action, options) : handlers[`${service} ${action}`]?.(account, options);
      if (answer === undefined) throw new Error(`the fake account does not know: aws ${service} ${action}`);
      return ok(answer);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return {
        exitCode: 254,
        stdout: "",
        stderr: `An error occurred (${error.message}) when calling the ${action} operation`,
      };
    }
  };
}

const ok = (answer: Json): ProgramResult => ({ exitCode: 0, stdout: JSON.stringify(answer), stderr: "" });

/** Options by name; `file://` is read from the folder of the command, several words are one text. */
function parse(args: readonly string[], folder: string): Options {
  const options: Record<string, string> = {};
  let name = "";
  for (const arg of args) {
    if (arg.startsWith("--")) options[(name = arg.slice(2))] = "";
    else {
      const value = arg.startsWith("file://") ? readFileSync(join(folder, arg.slice("file://".length)), "utf8") : arg;
      options[name] = options[name] === "" ? value : `${options[name]} ${value}`;
    }
  }
  return options;
}

const bucketSetting =
  (member: string, code: string) =>
  (account: FakeAccount, { bucket = "" }: Options): Json => {
    const found = account.buckets.get(bucket)?.[member];
    return found === undefined ? (code === "" ? {} : absent(code)) : { [member]: found };
  };
const putBucket =
  (member: string, option: string, read: (text: string) => Json = JSON.parse) =>
  (account: FakeAccount, options: Options): Json => {
    const bucket = account.buckets.get(options["bucket"] ?? "") ?? absent("NoSuchBucket");
    bucket[member] = read(options[option] ?? "");
    return {};
  };
const entity = <T>(found: T | undefined): T => found ?? absent("NoSuchEntity");

const handlers: Readonly<Record<string, (account: FakeAccount, options: Options) => Json>> = {
  "sts get-caller-identity": ({ accountId }) => ({ Account: accountId, Arn: `arn:aws:sts::${accountId}:user/moto` }),
  "s3api head-bucket": ({ buckets }, { bucket = "" }) => (buckets.has(bucket) ? {} : absent("404")),
  "s3api create-bucket": ({ buckets }, { bucket = "" }) => (buckets.set(bucket, {}), {}),
  "s3api get-bucket-versioning": bucketSetting("Status", ""),
  "s3api get-bucket-encryption": bucketSetting(
    "ServerSideEncryptionConfiguration",
    "ServerSideEncryptionConfigurationNotFoundError",
  ),
  "s3api get-public-access-block": bucketSetting(
    "PublicAccessBlockConfiguration",
    "NoSuchPublicAccessBlockConfiguration",
  ),
  "s3api get-bucket-lifecycle-configuration": bucketSetting("Rules", "NoSuchLifecycleConfiguration"),
  "s3api get-bucket-policy": bucketSetting("Policy", "NoSuchBucketPolicy"),
  "s3api put-bucket-versioning": putBucket("Status", "versioning-configuration", (text) => text.replace("Status=", "")),
  "s3api put-bucket-encryption": putBucket("ServerSideEncryptionConfiguration", "server-side-encryption-configuration"),
  "s3api put-public-access-block": putBucket("PublicAccessBlockConfiguration", "public-access-block-configuration"),
  "s3api put-bucket-lifecycle-configuration": putBucket(
    "Rules",
    "lifecycle-configuration",
    (text) => JSON.parse(text).Rules,
  ),
  "s3api put-bucket-policy": putBucket("Policy", "policy", (text) => text),
  "ecr describe-repositories": ({ repositories }, { "repository-names": name = "" }) => ({
    repositories: [repositories.get(name) ?? absent("RepositoryNotFoundException")],
  }),
  "ecr create-repository": ({ repositories }, options) => {
    repositories.set(options["repository-name"] ?? "", {
      imageTagMutability: options["image-tag-mutability"],
      imageScanningConfiguration: { scanOnPush: options["image-scanning-configuration"] === "scanOnPush=true" },
    });
    return {};
  },
  "ecr put-image-tag-mutability": ({ repositories }, options) => {
    const repository = repositories.get(options["repository-name"] ?? "") ?? absent("RepositoryNotFoundException");
    repository["imageTagMutability"] = options["image-tag-mutability"];
    return {};
  },
  "ecr get-lifecycle-policy": ({ repositories }, { "repository-name": name = "" }) => ({
    lifecyclePolicyText: repositories.get(name)?.["lifecycle"] ?? absent("LifecyclePolicyNotFoundException"),
  }),
  "ecr put-lifecycle-policy": ({ repositories }, options) => {
    const repository = repositories.get(options["repository-name"] ?? "") ?? absent("RepositoryNotFoundException");
    repository["lifecycle"] = options["lifecycle-policy-text"];
    return {};
  },
  "ecr describe-images": ({ repositories }, { "repository-name": name = "" }) => ({
    imageDetails: repositories.get(name)?.["images"] ?? [],
  }),
  "iam get-open-id-connect-provider": ({ providers }, options) =>
    entity(providers.get(options["open-id-connect-provider-arn"] ?? "")),
  "iam create-open-id-connect-provider": ({ providers, accountId }, { url = "", "client-id-list": audience = "" }) => {
    const arn = `arn:aws:iam::${accountId}:oidc-provider/${url.replace("https://", "")}`;
    providers.set(arn, { ClientIDList: [audience] });
    return {};
  },
  "iam get-policy": ({ policies }, { "policy-arn": arn = "" }) => ({
    Policy: { DefaultVersionId: entity(policies.get(arn)).at(-1)?.id },
  }),
  "iam get-policy-version": ({ policies }, { "policy-arn": arn = "", "version-id": id }) => ({
    PolicyVersion: { Document: entity(policies.get(arn)).find((version) => version.id === id)?.document },
  }),
  "iam list-policy-versions": ({ policies }, { "policy-arn": arn = "" }) => ({
    Versions: entity(policies.get(arn)).map(({ id }, index, all) => ({
      VersionId: id,
      IsDefaultVersion: index === all.length - 1,
      CreateDate: `2026-01-0${index + 1}T00:00:00Z`,
    })),
  }),
  "iam create-policy": ({ policies, accountId }, options) => {
    const arn = `arn:aws:iam::${accountId}:policy${options["path"] ?? "/"}${options["policy-name"] ?? ""}`;
    policies.set(arn, [{ id: "v1", document: JSON.parse(options["policy-document"] ?? "") }]);
    return {};
  },
  "iam create-policy-version": ({ policies }, options) => {
    const versions = entity(policies.get(options["policy-arn"] ?? ""));
    if (versions.length >= 5) absent("LimitExceeded");
    const newest = Number(versions.at(-1)?.id.slice(1));
    versions.push({ id: `v${newest + 1}`, document: JSON.parse(options["policy-document"] ?? "") });
    return {};
  },
  "iam delete-policy-version": ({ policies }, { "policy-arn": arn = "", "version-id": id }) => {
    const versions = entity(policies.get(arn));
    versions.splice(
      versions.findIndex((version) => version.id === id),
      1,
    );
    return {};
  },
  "iam get-role": ({ roles }, { "role-name": name = "" }) => ({
    Role: { AssumeRolePolicyDocument: entity(roles.get(name)).trust },
  }),
  "iam create-role": ({ roles }, options) => {
    const trust: Json = JSON.parse(options["assume-role-policy-document"] ?? "");
    roles.set(options["role-name"] ?? "", { trust, attached: new Set() });
    return {};
  },
  "iam update-assume-role-policy": ({ roles }, options) => {
    entity(roles.get(options["role-name"] ?? "")).trust = JSON.parse(options["policy-document"] ?? "");
    return {};
  },
  "iam list-attached-role-policies": ({ roles }, { "role-name": name = "" }) => ({
    AttachedPolicies: [...entity(roles.get(name)).attached].map((PolicyArn) => ({ PolicyArn })),
  }),
  "iam attach-role-policy": ({ roles }, options) => {
    entity(roles.get(options["role-name"] ?? "")).attached.add(options["policy-arn"] ?? "");
    return {};
  },
  "iam detach-role-policy": ({ roles }, options) => {
    entity(roles.get(options["role-name"] ?? "")).attached.delete(options["policy-arn"] ?? "");
    return {};
  },
  "secretsmanager describe-secret": ({ secrets }, { "secret-id": name = "" }) =>
    secrets.has(name) ? { Name: name } : absent("ResourceNotFoundException"),
  "secretsmanager get-secret-value": ({ secrets }, { "secret-id": name = "" }) => ({
    SecretString: secrets.get(name) ?? absent("ResourceNotFoundException"),
  }),
  "secretsmanager create-secret": ({ secrets }, options) => {
    secrets.set(options["name"] ?? "", options["secret-string"] ?? "");
    return {};
  },
  "acm describe-certificate": ({ certificate }) => ({
    Certificate: certificate ?? absent("ResourceNotFoundException"),
  }),
  "ec2 describe-subnets": ({ subnets }) => ({ Subnets: subnets }),
};

/** The EKS commands become the requests that the real program would send. */
async function eks({ eksUrl }: FakeAccount, action: string, options: Options): Promise<Json> {
  if (action === "get-token") return { status: { token: "a-token" } };
  const principal = encodeURIComponent(options["principal-arn"] ?? "");
  const entriesOf = `/clusters/${options["cluster-name"] ?? ""}/access-entries`;
  const send = async (path: string, sent?: object): Promise<Json> => {
    const response = await fetch(
      eksUrl + path,
      sent === undefined ? {} : { method: "POST", body: JSON.stringify(sent) },
    );
    return response.ok
      ? await response.json()
      : absent(response.headers.get("x-amzn-errortype") ?? String(response.status));
  };
  switch (action) {
    case "describe-cluster":
      return await send(`/clusters/${options["name"] ?? ""}`);
    case "describe-access-entry":
      return await send(`${entriesOf}/${principal}`);
    case "create-access-entry":
      return await send(entriesOf, {
        principalArn: options["principal-arn"],
        kubernetesGroups: [options["kubernetes-groups"]],
      });
    case "update-access-entry":
      return await send(`${entriesOf}/${principal}`, { kubernetesGroups: [options["kubernetes-groups"]] });
    case "list-associated-access-policies":
      return await send(`${entriesOf}/${principal}/access-policies`);
    case "associate-access-policy": {
      const [type = "", names = ""] = (options["access-scope"] ?? "")
        .split(",")
        .map((part) => part.split("=")[1] ?? "");
      return await send(`${entriesOf}/${principal}/access-policies`, {
        policyArn: options["policy-arn"],
        accessScope: { type, namespaces: [names] },
      });
    }
    default:
      throw new Error(`the fake account does not know: aws eks ${action}`);
  }
}
