import { validate as deployment } from "kubernetes-models/_schemas/IoK8sApiAppsV1Deployment";
import { validate as autoscaler } from "kubernetes-models/_schemas/IoK8sApiAutoscalingV2HorizontalPodAutoscaler";
import { validate as namespace } from "kubernetes-models/_schemas/IoK8sApiCoreV1Namespace";
import { validate as service } from "kubernetes-models/_schemas/IoK8sApiCoreV1Service";
import { validate as serviceAccount } from "kubernetes-models/_schemas/IoK8sApiCoreV1ServiceAccount";
import { validate as ingress } from "kubernetes-models/_schemas/IoK8sApiNetworkingV1Ingress";
import { validate as networkPolicy } from "kubernetes-models/_schemas/IoK8sApiNetworkingV1NetworkPolicy";
import { validate as disruptionBudget } from "kubernetes-models/_schemas/IoK8sApiPolicyV1PodDisruptionBudget";
import { isList, isObject, type ObjectValue, type Value } from "../provider/dynamic-value.ts";
import type { Block } from "../schemas/schema.ts";

/** Fault that a validator of the package leaves behind when it returns false. */
interface SchemaFault {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
}

interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly validate: ((object: unknown) => boolean) & { readonly errors?: readonly SchemaFault[] | null };
}

const kinds: Readonly<Record<string, Kind>> = {
  kubernetes_deployment_v1: { apiVersion: "apps/v1", kind: "Deployment", validate: deployment },
  kubernetes_horizontal_pod_autoscaler_v2: {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    validate: autoscaler,
  },
  kubernetes_ingress_v1: { apiVersion: "networking.k8s.io/v1", kind: "Ingress", validate: ingress },
  kubernetes_namespace_v1: { apiVersion: "v1", kind: "Namespace", validate: namespace },
  kubernetes_network_policy_v1: { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", validate: networkPolicy },
  kubernetes_pod_disruption_budget_v1: {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    validate: disruptionBudget,
  },
  kubernetes_service_account_v1: { apiVersion: "v1", kind: "ServiceAccount", validate: serviceAccount },
  kubernetes_service_v1: { apiVersion: "v1", kind: "Service", validate: service },
};

/** Members of a resource that are Terraform's own, or the cluster's answer. */
const NOT_SENT = new Set(["id", "status", "timeouts", "wait_for_load_balancer", "wait_for_rollout"]);

/** Lists whose name Kubernetes has in the singular, too. */
const UNCHANGED = new Set(["egress", "env", "from", "ingress", "to"]);

interface KubernetesObject {
  [member: string]: unknown;
}

/**
 * Checks the object that the provider would send against Kubernetes' own schema of its kind.
 *
 * @returns a fault a line; `undefined` for a type whose schema is not known (a custom resource)
 */
export function kubernetesFaults(type: string, block: Block, state: ObjectValue): readonly string[] | undefined {
  const known = kinds[type];
  if (known === undefined) return undefined;
  const { apiVersion, kind, validate } = known;
  const sent = Object.fromEntries(Object.entries(state).filter(([name]) => !NOT_SENT.has(name)));
  const object: KubernetesObject = { apiVersion, kind, ...objectOf(block, sent) };
  if (!validate(object)) (validate.errors ?? []).forEach((fault) => readNumber(object, fault));
  if (validate(object)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, keyword, params }) => `kubernetes: ${kind}${instancePath}: ${keyword} ${JSON.stringify(params)}`,
  );
}

/**
 * Attributes and blocks under the names of Kubernetes: `container` → `containers`, `node_selector` → `nodeSelector`.
 */
function objectOf({ attributes, blocks }: Block, state: ObjectValue): KubernetesObject {
  const object: KubernetesObject = {};
  for (const { name } of attributes) {
    if (isGiven(state[name])) object[camelCase(name)] = state[name];
  }
  for (const { name, maxItems, block } of blocks) {
    const items = state[name];
    if (!isList(items) || items.length === 0) continue;
    const objects = items.map((item) => objectOf(block, isObject(item) ? item : {}));
    if (maxItems === 1) object[camelCase(name)] = objects[0];
    else object[UNCHANGED.has(name) ? name : camelCase(plural(name))] = objects;
  }
  return object;
}

const isGiven = (value: Value | undefined): boolean =>
  value !== undefined && value !== null && value !== "" && !(isList(value) && value.length === 0);

const camelCase = (name: string): string => name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

const plural = (name: string): string => (name.endsWith("y") ? `${name.slice(0, -1)}ies` : `${name}s`);

/** Terraform has some numbers as text (`fs_group`, `replicas`), which the provider reads. */
function readNumber(object: KubernetesObject, { instancePath, keyword, params }: SchemaFault): void {
  if (keyword !== "type" || !["integer", "number"].includes(String(params["type"]))) return;
  const path = instancePath.split("/").slice(1);
  const last = path.pop() ?? "";
  const holder = path.reduce<unknown>(
    (value, member) => (value as KubernetesObject)[member],
    object,
  ) as KubernetesObject;
  const text = holder[last];
  if (typeof text === "string" && /^\d+$/.test(text)) holder[last] = Number(text);
}
