import type { EnvironmentConfig } from "../config/schema.ts";
import type { KubernetesObject } from "../kubernetes/cluster-api.ts";
import { type CiPurpose, ciName, roleArn, type RoleScope } from "./roles/scope.ts";
import { byAws, type Change, isSameJson, type Step } from "./step.ts";

interface Access {
  readonly purpose: Extract<CiPurpose, "plan" | "deploy">;
  /** EKS access policy for the namespace, which need not exist yet. "View" sees no Kubernetes Secret. */
  readonly accessPolicy: string;
  /** Rules beyond the namespaced kinds: for the namespace itself, and for the kinds of Prometheus's operator. */
  readonly rules: readonly object[];
}

// https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
const POLICY_ARN = "arn:aws:eks::aws:cluster-access-policy";
const MONITORING = { apiGroups: ["monitoring.coreos.com"], resources: ["servicemonitors", "prometheusrules"] };
const READ = ["get", "list", "watch"];
const WRITE = ["create", "delete", "patch", "update"];

const accesses = (namespace: string): readonly Access[] => {
  const kinds = { apiGroups: ["apiextensions.k8s.io"], resources: ["customresourcedefinitions"], verbs: READ };
  return [
    {
      purpose: "plan",
      accessPolicy: `${POLICY_ARN}/AmazonEKSViewPolicy`,
      rules: [
        { apiGroups: [""], resources: ["namespaces"], resourceNames: [namespace], verbs: ["get"] },
        { ...MONITORING, verbs: READ },
        kinds,
      ],
    },
    {
      purpose: "deploy",
      accessPolicy: `${POLICY_ARN}/AmazonEKSAdminPolicy`,
      rules: [
        // A name that does not exist yet cannot be named in a rule about creating it.
        { apiGroups: [""], resources: ["namespaces"], verbs: ["create"] },
        {
          apiGroups: [""],
          resources: ["namespaces"],
          resourceNames: [namespace],
          verbs: ["delete", "get", "patch", "update"],
        },
        { ...MONITORING, verbs: [...READ, ...WRITE] },
        kinds,
      ],
    },
  ];
};

/** Lets the roles of CI into the cluster: EKS maps them to a group, and Kubernetes grants the group its rules. */
export function clusterAccess(scope: RoleScope, config: EnvironmentConfig): readonly Step[] {
  const { namespace } = config.ingest;
  return accesses(namespace).flatMap((access) => [
    entryStep(scope, namespace, access),
    ...rulesOf(scope, access).map(
      (object): Step => ({
        title: `${object.kind} ${object.metadata.name} in cluster ${scope.clusterName}`,
        pending: async (world) => {
          const path = `/apis/rbac.authorization.k8s.io/v1/${object.kind.toLowerCase()}s/${object.metadata.name}`;
          const found = world === undefined ? undefined : await (await world.cluster()).find(path);
          const isSame =
            found !== undefined &&
            Object.entries(object.content).every(([name, wanted]) =>
              isSameJson(found[name as keyof KubernetesObject], wanted),
            );
          if (isSame) return [];
          const { kind, metadata, content } = object;
          return [
            {
              by: "kubernetes",
              path,
              object: { apiVersion: "rbac.authorization.k8s.io/v1", kind, metadata, ...content },
            },
          ];
        },
      }),
    ),
  ]);
}

function entryStep(scope: RoleScope, namespace: string, { purpose, accessPolicy }: Access): Step {
  const on = ["--cluster-name", scope.clusterName, "--principal-arn", roleArn(scope, purpose)];
  const group = ciName(scope, purpose);
  const associate = byAws(
    "eks",
    "associate-access-policy",
    ...on,
    "--policy-arn",
    accessPolicy,
    "--access-scope",
    `type=namespace,namespaces=${namespace}`,
  );
  return {
    title: `access entry of ${group} in cluster ${scope.clusterName}`,
    pending: async (world) => {
      const aws = world?.aws;
      const changes: Change[] = [];
      const entry = await aws?.find(["ResourceNotFoundException"], "eks describe-access-entry", ...on);
      if (aws === undefined || entry === undefined) {
        return [byAws("eks", "create-access-entry", ...on, "--kubernetes-groups", group), associate];
      }
      if (!isSameJson(entry.accessEntry.kubernetesGroups, [group])) {
        changes.push(byAws("eks", "update-access-entry", ...on, "--kubernetes-groups", group));
      }
      const { associatedAccessPolicies } = await aws.read("eks list-associated-access-policies", ...on);
      const isAssociated = associatedAccessPolicies.some(
        (policy) =>
          policy.policyArn === accessPolicy &&
          isSameJson(policy.accessScope, { type: "namespace", namespaces: [namespace] }),
      );
      return isAssociated ? changes : [...changes, associate];
    },
  };
}

function rulesOf(scope: RoleScope, { purpose, rules }: Access) {
  const name = ciName(scope, purpose);
  const metadata = { name };
  return [
    { kind: "ClusterRole", metadata, content: { rules } },
    {
      kind: "ClusterRoleBinding",
      metadata,
      content: {
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
        subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name }],
      },
    },
  ];
}
