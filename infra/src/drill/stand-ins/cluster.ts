import type { IncomingMessage } from "node:http";
import type { Answer, JsonObject } from "./json-server.ts";

/** An EKS cluster. Members are changed to make a prerequisite missing. */
export interface ClusterStandIn {
  name: string;
  /** Issuer of the service account tokens, with `https://`. */
  issuer: string;
  vpcId: string;
  status: string;
  readonly accessEntries: Map<string, { groups: readonly string[]; readonly policies: JsonObject[] }>;
  /** Objects of the Kubernetes API by path. */
  readonly objects: Map<string, JsonObject>;
  /** True if the caller may do what it asks about. */
  mayDeploy: boolean;
}

/** A cluster as a platform team hands it over: everything that the pipeline asks of it is there. */
export const preparedCluster = (options: {
  readonly clusterName: string;
  readonly issuer: string;
  readonly vpcId: string;
}): ClusterStandIn => ({
  name: options.clusterName,
  issuer: `https://${options.issuer}`,
  vpcId: options.vpcId,
  status: "ACTIVE",
  accessEntries: new Map(),
  objects: new Map<string, JsonObject>([
    ["/apis/networking.k8s.io/v1/ingressclasses/alb", { metadata: { name: "alb" } }],
    ["/apis/apps/v1/deployments", { items: [{ status: { availableReplicas: 2 } }] }],
    [METRICS_API, { status: { conditions: [{ type: "Available", status: "True" }] } }],
    [NODES, { items: [{ metadata: { name: "node-1" } }, { metadata: { name: "node-2" } }] }],
  ]),
  mayDeploy: true,
});

export const METRICS_API = "/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io";
export const NODES = "/api/v1/nodes";

/** https://docs.aws.amazon.com/eks/latest/APIReference/ */
export function answerEks(
  cluster: ClusterStandIn,
  endpoint: string,
  method: string,
  path: string,
  sent: JsonObject,
  answer: Answer,
): void {
  const [, , name, kind, principal = "", policies] = path.split("/").map(decodeURIComponent);
  const absent = (): void =>
    answer(404, { message: "No such resource" }, { "x-amzn-errortype": "ResourceNotFoundException" });
  if (name !== cluster.name) {
    absent();
    return;
  }
  if (kind === undefined) {
    answer(200, { cluster: described(cluster, endpoint) });
    return;
  }
  const groups = (sent["kubernetesGroups"] ?? []) as readonly string[];
  if (principal === "") {
    const { principalArn } = sent;
    cluster.accessEntries.set(String(principalArn), { groups, policies: [] });
    answer(200, { accessEntry: { principalArn, kubernetesGroups: groups } });
    return;
  }
  const entry = cluster.accessEntries.get(principal);
  if (entry === undefined) {
    absent();
    return;
  }
  if (policies === undefined) {
    if (method === "POST") entry.groups = groups;
    answer(200, { accessEntry: { principalArn: principal, kubernetesGroups: entry.groups } });
    return;
  }
  if (method === "POST") {
    const { policyArn, accessScope } = sent;
    entry.policies.push({ policyArn, accessScope });
    answer(200, { associatedAccessPolicy: entry.policies.at(-1) });
    return;
  }
  answer(200, { associatedAccessPolicies: entry.policies });
}

const described = ({ name, status, issuer, vpcId }: ClusterStandIn, endpoint: string): JsonObject => ({
  name,
  arn: `arn:aws:eks:eu-west-1:111111111111:cluster/${name}`,
  status,
  version: "1.34",
  endpoint,
  certificateAuthority: { data: "" },
  identity: { oidc: { issuer } },
  resourcesVpcConfig: { vpcId },
});

/**
 * Answers as Kubernetes does. Server-side apply stores the given object. A caller without a token is not authenticated.
 */
export function answerKubernetes(
  cluster: ClusterStandIn,
  { method, headers }: IncomingMessage,
  path: string,
  sent: JsonObject,
  answer: Answer,
): void {
  if (headers.authorization?.startsWith("Bearer ") !== true) {
    answer(401, { message: "Unauthorized" });
    return;
  }
  if (path.endsWith("/selfsubjectaccessreviews")) {
    answer(201, { status: { allowed: cluster.mayDeploy } });
    return;
  }
  if (method === "PATCH") cluster.objects.set(path, sent);
  const found = cluster.objects.get(path);
  if (found === undefined) answer(404, { message: `${path} not found` });
  else answer(200, found);
}
