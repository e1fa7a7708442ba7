import { roleArn } from "../bootstrap/roles/scope.ts";
import { type Check, inPlace, missing } from "./check.ts";

const CLUSTER = "cluster";
const ACCESS = "access to the cluster";

const cluster: Check = {
  name: CLUSTER,
  needs: "AWS credentials",
  look: async ({ config, describeCluster }) => {
    const { name, oidcIssuer } = config.ingest.cluster;
    const found = await describeCluster();
    if (found === undefined) {
      return missing(
        `${name} does not exist`,
        `Make an EKS cluster, or put yours into ingest.cluster of ${config.environment}.`,
      );
    }
    if (found.status !== "ACTIVE") return missing(`${name} is ${found.status}`, "Wait until it is ACTIVE.");
    const issuer = (found.identity?.oidc?.issuer ?? "").replace(/^https:\/\//, "");
    return issuer === oidcIssuer
      ? inPlace(`${name}, Kubernetes ${found.version}`)
      : missing(
          `its issuer is ${issuer}, the configuration says ${oidcIssuer}: pods would get no AWS identity`,
          `Put "${issuer}" into ingest.cluster.oidcIssuer of ${config.environment}.`,
        );
  },
};

const issuer: Check = {
  name: "identity provider of the cluster",
  needs: CLUSTER,
  look: async ({ aws, config, scope }) => {
    const { name, oidcIssuer } = config.ingest.cluster;
    const found = await aws.find(
      ["NoSuchEntity", "NoSuchEntityException"],
      "iam get-open-id-connect-provider",
      "--open-id-connect-provider-arn",
      scope.globalArn("iam", `oidc-provider/${oidcIssuer}`),
    );
    return found === undefined
      ? missing(
          "IAM does not know the cluster's issuer: pods would get no AWS identity",
          `aws iam create-open-id-connect-provider --url https://${oidcIssuer} --client-id-list sts.amazonaws.com (or: eksctl utils ` +
            `associate-iam-oidc-provider --cluster ${name} --approve)`,
        )
      : inPlace(oidcIssuer);
  },
};

const entries: Check = {
  name: "access entries of CI",
  needs: CLUSTER,
  look: async ({ aws, config, scope }) => {
    const lacking: string[] = [];
    for (const purpose of ["plan", "deploy"] as const) {
      const found = await aws.find(
        ["ResourceNotFoundException"],
        "eks describe-access-entry",
        "--cluster-name",
        scope.clusterName,
        "--principal-arn",
        roleArn(scope, purpose),
      );
      if (found === undefined) lacking.push(purpose);
    }
    return lacking.length === 0
      ? inPlace("plan, deploy")
      : missing(
          `the cluster does not know the role(s) ${lacking.join(", ")}`,
          `pnpm --filter @millrace/infra bootstrap ${config.environment} --apply`,
        );
  },
};

const access: Check = {
  name: ACCESS,
  needs: CLUSTER,
  look: async ({ config, ...from }) => {
    const { namespace } = config.ingest;
    const api = await from.cluster();
    const answers = await Promise.all(
      [
        { verb: "create", group: "", resource: "namespaces" },
        { verb: "create", group: "apps", resource: "deployments", namespace },
        { verb: "create", group: "networking.k8s.io", resource: "ingresses", namespace },
      ].map(async (resourceAttributes) => {
        const review = await api.call("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
          apiVersion: "authorization.k8s.io/v1",
          kind: "SelfSubjectAccessReview",
          spec: { resourceAttributes },
        });
        return review.status?.allowed === true ? [] : [`${resourceAttributes.verb} ${resourceAttributes.resource}`];
      }),
    );
    const refused = answers.flat();
    return refused.length === 0
      ? inPlace("you may deploy into it")
      : missing(
          `you may not ${refused.join(", ")}`,
          `Deploy through CI, or get an access entry: aws eks create-access-entry --cluster-name ${config.ingest.cluster.name} --principal-arn <yours>`,
        );
  },
};

const loadBalancer: Check = {
  name: "load balancer controller",
  needs: ACCESS,
  look: async ({ cluster: connect }) => {
    const api = await connect();
    const cure =
      "Install the AWS Load Balancer Controller: https://docs.aws.amazon.com/eks/latest/userguide/lbc-helm.html";
    if ((await api.find("/apis/networking.k8s.io/v1/ingressclasses/alb")) === undefined) {
      return missing('there is no ingress class "alb": the ingress would stay without a load balancer', cure);
    }
    const selector = encodeURIComponent("app.kubernetes.io/name=aws-load-balancer-controller");
    const { items = [] } = await api.call("GET", `/apis/apps/v1/deployments?labelSelector=${selector}`);
    // EKS Auto Mode runs it outside the cluster and marks the class.
    if (items.length === 0) return inPlace('ingress class "alb", run by EKS');
    return items.some((item) => (item.status?.availableReplicas ?? 0) > 0)
      ? inPlace('ingress class "alb", controller available')
      : missing(
          "its pods are not available",
          "kubectl describe deployment --all-namespaces --selector app.kubernetes.io/name=aws-load-balancer-controller",
        );
  },
};

const metricsServer: Check = {
  name: "metrics-server",
  needs: ACCESS,
  look: async ({ cluster: connect, config }) => {
    const found = await (await connect()).find("/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io");
    const isAvailable = (found?.status?.conditions ?? []).some(
      ({ type, status }) => type === "Available" && status === "True",
    );
    return isAvailable
      ? inPlace("available")
      : missing(
          `the metrics API ${found === undefined ? "does not exist" : "does not answer"}: the autoscaler could not count`,
          `aws eks create-addon --cluster-name ${config.ingest.cluster.name} --addon-name metrics-server`,
        );
  },
};

const nodes: Check = {
  name: "arm64 nodes",
  needs: ACCESS,
  look: async ({ cluster: connect }) => {
    const { items = [] } = await (await connect()).call(
      "GET",
      `/api/v1/nodes?labelSelector=${encodeURIComponent("kubernetes.io/arch=arm64")}`,
    );
    return items.length > 0
      ? inPlace(`${items.length}`)
      : missing(
          "none: the pods would wait for one",
          "Add a node group of Graviton instances (for example m7g), or let Karpenter make some: kubernetes.io/arch In [arm64].",
        );
  },
};

const ZONES_OF_A_LOAD_BALANCER = 2;

const subnets: Check = {
  name: "subnets of the load balancer",
  needs: CLUSTER,
  look: async ({ aws, describeCluster }) => {
    const vpc = (await describeCluster())?.resourcesVpcConfig?.vpcId ?? "";
    const { Subnets: found } = await aws.read(
      "ec2 describe-subnets",
      "--filters",
      `Name=vpc-id,Values=${vpc}`,
      "Name=tag:kubernetes.io/role/elb,Values=1",
    );
    const zones = new Set(found.map(({ AvailabilityZone: name }) => name));
    return zones.size >= ZONES_OF_A_LOAD_BALANCER
      ? inPlace(`in ${zones.size} zones of ${vpc}`)
      : missing(
          `${zones.size} zone(s) of ${vpc} have a public subnet with the tag kubernetes.io/role/elb=1; a load balancer needs ${ZONES_OF_A_LOAD_BALANCER}`,
          "aws ec2 create-tags --resources <public subnets> --tags Key=kubernetes.io/role/elb,Value=1",
        );
  },
};

/** Checks of the cluster that a platform team provides. */
export const clusterChecks: readonly Check[] = [
  cluster,
  issuer,
  entries,
  access,
  loadBalancer,
  metricsServer,
  nodes,
  subnets,
];
