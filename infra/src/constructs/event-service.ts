import { DeploymentV1 } from "@cdktf/provider-kubernetes/lib/deployment-v1/index.js";
import { HorizontalPodAutoscalerV2 } from "@cdktf/provider-kubernetes/lib/horizontal-pod-autoscaler-v2/index.js";
import { IngressV1 } from "@cdktf/provider-kubernetes/lib/ingress-v1/index.js";
import { NetworkPolicyV1 } from "@cdktf/provider-kubernetes/lib/network-policy-v1/index.js";
import { NamespaceV1 } from "@cdktf/provider-kubernetes/lib/namespace-v1/index.js";
import { PodDisruptionBudgetV1 } from "@cdktf/provider-kubernetes/lib/pod-disruption-budget-v1/index.js";
import { ServiceAccountV1 } from "@cdktf/provider-kubernetes/lib/service-account-v1/index.js";
import { StatefulSetV1 } from "@cdktf/provider-kubernetes/lib/stateful-set-v1/index.js";
import { ServiceV1 } from "@cdktf/provider-kubernetes/lib/service-v1/index.js";
import { pathPrefixes } from "@millrace/sender-adapters";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { EnvironmentConfig, EnvironmentName } from "../config/schema.ts";
import { workloadOf } from "../kubernetes/event-service-workload.ts";
import { type EventStream, writeTo } from "./event-stream.ts";
import type { FrontDoor } from "./front-door.ts";
import type { RuntimeSecret } from "./runtime-secret.ts";
import { ServiceMonitoring } from "./service-monitoring.ts";
import { ServiceRole } from "./service-role.ts";

export interface EventServiceProps {
  readonly environment: EnvironmentName;
  readonly roleName: string;
  readonly aws: EnvironmentConfig["aws"];
  readonly config: EnvironmentConfig["ingest"];
  readonly logLevel: string;
  readonly raw: EventStream;
  readonly frontDoor: FrontDoor;
  /** The write keys: hashes with their tenants. */
  readonly writeKeys: RuntimeSecret;
  /** Image with its digest. */
  readonly image: string;
  /** Resources that must exist before the service takes its first event. */
  readonly dependsOn: readonly ITerraformDependable[];
}

const SERVICE = "ingest";
const SPOOL_VOLUME = "spool";
const SPOOL_FOLDER = "/spool";

/** Time beyond drain and deregistration for the process to exit by itself, before Kubernetes kills it. */
const EXIT_MARGIN_SECONDS = 5;

/** `ingest` on EKS: pods that write to the raw stream and to nothing else, behind a load balancer that ends TLS. */
export class EventService extends Construct {
  constructor(scope: Construct, id: string, props: EventServiceProps) {
    super(scope, id);
    const { config } = props;
    const labels = { "app.kubernetes.io/name": SERVICE, "app.kubernetes.io/part-of": "millrace" };
    const namespace = new NamespaceV1(this, "namespace", {
      metadata: {
        name: config.namespace,
        labels: {
          "pod-security.kubernetes.io/enforce": "restricted",
          // A pod takes part in a rollout only once the load balancer has seen it healthy.
          "elbv2.k8s.aws/pod-readiness-gate-inject": "enabled",
        },
      },
    });
    const metadata = { name: SERVICE, namespace: config.namespace, labels };

    const role = this.#createRole(props);
    const account = new ServiceAccountV1(this, "service_account", {
      metadata: { ...metadata, annotations: { "eks.amazonaws.com/role-arn": role.arn } },
      // Only the token that IAM exchanges is mounted, not one for the Kubernetes API.
      automountServiceAccountToken: false,
      dependsOn: [namespace],
    });

    const workload = this.#createWorkload(props, metadata, [account, role.policy, ...props.dependsOn]);

    const service = new ServiceV1(this, "service", {
      metadata,
      spec: {
        type: "ClusterIP",
        selector: labels,
        port: [{ name: "http", port: 80, targetPort: "http", protocol: "TCP" }],
      },
      dependsOn: [namespace],
    });
    new HorizontalPodAutoscalerV2(this, "autoscaler", {
      metadata,
      spec: {
        minReplicas: config.replicas.min,
        maxReplicas: config.replicas.max,
        scaleTargetRef: { apiVersion: "apps/v1", kind: workloadOf(config).kind, name: SERVICE },
        metric: [
          {
            type: "Resource",
            resource: {
              name: "cpu",
              target: { type: "Utilization", averageUtilization: config.replicas.targetCpu },
            },
          },
          ...inFlightMetric(config.replicas),
        ],
        behavior: {
          // Up at once, down slowly: traffic that dips for a minute comes back.
          scaleUp: [
            {
              stabilizationWindowSeconds: 0,
              selectPolicy: "Max",
              policy: [{ type: "Percent", value: 100, periodSeconds: 30 }],
            },
          ],
          scaleDown: [
            {
              stabilizationWindowSeconds: 300,
              selectPolicy: "Min",
              policy: [{ type: "Percent", value: 20, periodSeconds: 60 }],
            },
          ],
        },
      },
      dependsOn: [workload],
    });
    new PodDisruptionBudgetV1(this, "disruption_budget", {
      metadata,
      spec: { maxUnavailable: "1", selector: { matchLabels: labels } },
      dependsOn: [namespace],
    });
    this.#createNetworkPolicy(props, metadata, namespace);
    if (config.monitoring.mode === "prometheus-operator") {
      new ServiceMonitoring(this, "monitoring", {
        config: config.monitoring,
        service: SERVICE,
        namespace: config.namespace,
        labels,
        minReplicas: config.replicas.min,
        dependsOn: [namespace],
      });
    }
    props.frontDoor.createRecord(this.#createIngress(props, metadata, service, workload));
  }

  /** A Deployment; with a spool a StatefulSet, whose pods find their volume again wherever they start. */
  #createWorkload(
    props: EventServiceProps,
    metadata: { readonly name: string; readonly namespace: string; readonly labels: Record<string, string> },
    dependsOn: ITerraformDependable[],
  ): DeploymentV1 | StatefulSetV1 {
    const { config } = props;
    const { labels } = metadata;
    const common = {
      // The autoscaler owns the number afterwards, see ignoreChanges.
      replicas: String(config.replicas.min),
      revisionHistoryLimit: 5,
      selector: { matchLabels: labels },
      template: this.#podTemplate(props, labels),
    };
    const lifecycle = { ignoreChanges: ["spec[0].replicas"] };
    const { spool } = config;
    if (spool.mode === "none") {
      const strategy = { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "0", maxSurge: "25%" } };
      return new DeploymentV1(this, "resource", { metadata, spec: { ...common, strategy }, lifecycle, dependsOn });
    }
    return new StatefulSetV1(this, "resource", {
      metadata,
      spec: {
        ...common,
        serviceName: SERVICE,
        // No pod waits for another one.
        podManagementPolicy: "Parallel",
        updateStrategy: [{ type: "RollingUpdate" }],
        // Spooled events that were answered with 202 may lie there: a volume outlives its pod. A scaled-down pod's
        // volume waits for it.
        persistentVolumeClaimRetentionPolicy: [{ whenDeleted: "Retain", whenScaled: "Retain" }],
        volumeClaimTemplate: [
          {
            metadata: { name: SPOOL_VOLUME },
            spec: {
              accessModes: ["ReadWriteOnce"],
              storageClassName: spool.storageClass,
              resources: { requests: { storage: `${spool.size}Mi` } },
            },
          },
        ],
      },
      lifecycle,
      dependsOn,
    });
  }

  #podTemplate(props: EventServiceProps, labels: Record<string, string>) {
    const { config, environment, raw } = props;
    const { spool } = config;
    return {
      metadata: { labels, annotations: this.#podAnnotations(props) },
      spec: {
        serviceAccountName: SERVICE,
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        // The image is built for the architecture of the functions.
        nodeSelector: { "kubernetes.io/arch": "arm64" },
        terminationGracePeriodSeconds: config.deregistrationDelay + config.drainTimeout + EXIT_MARGIN_SECONDS,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: "10001",
          runAsGroup: "10001",
          fsGroup: "10001",
          seccompProfile: { type: "RuntimeDefault" },
        },
        topologySpreadConstraint: [
          spread("topology.kubernetes.io/zone", labels),
          spread("kubernetes.io/hostname", labels),
        ],
        container: [
          {
            name: SERVICE,
            image: props.image,
            imagePullPolicy: "IfNotPresent",
            port: [{ name: "http", containerPort: config.port, protocol: "TCP" }],
            env: [
              { name: "STAGE", value: environment },
              { name: "PORT", value: String(config.port) },
              { name: "AWS_REGION", value: props.aws.region },
              { name: "RAW_STREAM_NAME", value: raw.nameReference },
              { name: "WRITE_KEYS_SECRET_ARN", value: props.writeKeys.arn },
              { name: "MAX_BODY_BYTES", value: String(config.maxBody) },
              { name: "MAX_EVENT_BYTES", value: String(config.maxEvent) },
              { name: "MAX_EVENTS_PER_REQUEST", value: String(config.maxEventsPerRequest) },
              { name: "TRUST_PROXY_HOPS", value: String(config.trustedProxies) },
              { name: "CORS_ORIGINS", value: config.corsOrigins.join(",") },
              { name: "WEBHOOK_ORIGINS", value: config.webhookOrigins.join(",") },
              // The process itself fails its readiness first and listens on until the load balancer has noticed:
              // a preStop hook would need a program in the image that does nothing but wait.
              { name: "DRAIN_NOTICE_MS", value: String(config.deregistrationDelay * 1000) },
              {
                name: "DRAIN_TIMEOUT_MS",
                value: String((config.deregistrationDelay + config.drainTimeout) * 1000),
              },
              { name: "LOG_LEVEL", value: props.logLevel },
              { name: "READY_TIMEOUT_MS", value: String(config.readyTimeout * 1000) },
              ...spoolVariables(spool),
            ],
            ...(spool.mode === "volume" && { volumeMount: [{ name: SPOOL_VOLUME, mountPath: SPOOL_FOLDER }] }),
            resources: {
              requests: { cpu: `${config.resources.cpuRequest}m`, memory: `${config.resources.memory}Mi` },
              // No CPU limit: throttling would show up as latency long before the node is full.
              limits: { memory: `${config.resources.memory}Mi` },
            },
            startupProbe: probe("/healthz", { periodSeconds: 1, failureThreshold: 30 }),
            livenessProbe: probe("/healthz", { periodSeconds: 10, failureThreshold: 3 }),
            readinessProbe: probe("/readyz", { periodSeconds: 2, failureThreshold: 2 }),
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ["ALL"] },
            },
          },
        ],
      },
    };
  }

  #createRole({ roleName, aws, config, raw, writeKeys }: EventServiceProps): ServiceRole {
    const { oidcIssuer } = config.cluster;
    return new ServiceRole(this, "role", {
      name: roleName,
      description: "What the event service may do",
      // https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html
      trust: {
        sid: "OneServiceAccountOfOneCluster",
        principal: { Federated: `arn:aws:iam::${aws.accountId}:oidc-provider/${oidcIssuer}` },
        actions: ["sts:AssumeRoleWithWebIdentity"],
        conditions: {
          StringEquals: {
            [`${oidcIssuer}:aud`]: "sts.amazonaws.com",
            [`${oidcIssuer}:sub`]: `system:serviceaccount:${config.namespace}:${SERVICE}`,
          },
        },
      },
      statements: [...writeTo("RawStream", [raw]), ...writeKeys.readBy("WriteKeys")],
    });
  }

  #podAnnotations({ config }: EventServiceProps): Record<string, string> {
    return {
      ...(config.monitoring.mode === "annotations"
        ? {
            "prometheus.io/scrape": "true",
            "prometheus.io/path": "/metrics",
            "prometheus.io/port": String(config.port),
          }
        : {}),
    };
  }

  /**
   * Pods take connections of the load balancer and of what scrapes them, and open some to AWS: Kinesis, STS and
   * Secrets Manager have no fixed addresses. The kubelet's probes come from the pod's own node, which is always let in.
   * https://kubernetes.io/docs/concepts/services-networking/network-policies/
   */
  #createNetworkPolicy(
    { config }: EventServiceProps,
    metadata: { readonly labels: Record<string, string> },
    namespace: NamespaceV1,
  ): void {
    if (config.network.mode === "open") return;
    const inNamespace = (name: string) => ({ matchLabels: { "kubernetes.io/metadata.name": name } });
    const http = [{ port: "http", protocol: "TCP" }];
    new NetworkPolicyV1(this, "network_policy", {
      metadata,
      spec: {
        podSelector: { matchLabels: metadata.labels },
        policyTypes: ["Ingress", "Egress"],
        ingress: [
          { from: config.network.loadBalancer.map((cidr) => ({ ipBlock: { cidr } })), ports: http },
          { from: [{ namespaceSelector: inNamespace(config.network.monitoringNamespace) }], ports: http },
        ],
        egress: [
          {
            to: [{ namespaceSelector: inNamespace("kube-system") }],
            ports: [
              { port: "53", protocol: "UDP" },
              { port: "53", protocol: "TCP" },
            ],
          },
          { to: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: [{ port: "443", protocol: "TCP" }] },
        ],
      },
      dependsOn: [namespace],
    });
  }

  /**
   * Application load balancer straight to the pods. Only `/v1` is published: metrics and health stay inside.
   * https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/
   */
  #createIngress(
    { config, frontDoor }: EventServiceProps,
    metadata: object,
    service: ServiceV1,
    workload: DeploymentV1 | StatefulSetV1,
  ): IngressV1 {
    const annotation = (name: string): string => `alb.ingress.kubernetes.io/${name}`;
    const { annotations, attributes, dependsOn } = frontDoor.settings;
    return new IngressV1(this, "ingress", {
      metadata: {
        ...metadata,
        annotations: {
          [annotation("scheme")]: "internet-facing",
          [annotation("target-type")]: "ip",
          [annotation("listen-ports")]: '[{"HTTPS":443}]',
          [annotation("certificate-arn")]: config.certificateArn,
          [annotation("ssl-policy")]: "ELBSecurityPolicy-TLS13-1-2-2021-06",
          [annotation("healthcheck-path")]: "/readyz",
          [annotation("healthcheck-interval-seconds")]: "5",
          [annotation("target-group-attributes")]:
            `deregistration_delay.timeout_seconds=${config.deregistrationDelay},load_balancing.algorithm.type=least_outstanding_requests`,
          [annotation("load-balancer-attributes")]: Object.entries({
            "routing.http.drop_invalid_header_fields.enabled": "true",
            "deletion_protection.enabled": "true",
            ...attributes,
          })
            .map(([name, value]) => `${name}=${value}`)
            .join(","),
          ...Object.fromEntries(Object.entries(annotations).map(([name, value]) => [annotation(name), value])),
        },
      },
      spec: {
        ingressClassName: "alb",
        rule: [
          {
            host: config.host,
            http: {
              // Not `/metrics` and the probes, which are for the cluster.
              path: [...pathPrefixes, ...config.trackerPaths].map((path) => ({
                path,
                pathType: "Prefix",
                backend: { service: { name: SERVICE, port: { name: "http" } } },
              })),
            },
          },
        ],
      },
      // The host's record needs the load balancer's name, which it has some minutes later.
      waitForLoadBalancer: frontDoor.needsLoadBalancer,
      // Without a pod behind it, the load balancer would answer 503 to everybody.
      dependsOn: [service, workload, ...dependsOn],
    });
  }
}

/**
 * Requests that wait for Kinesis take memory and no CPU. The more replicas of the two metrics win; one that cannot be
 * read never makes them fewer.
 * https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#scaling-on-multiple-metrics
 */
function inFlightMetric({ targetInFlight }: EnvironmentConfig["ingest"]["replicas"]) {
  if (targetInFlight === undefined) return [];
  return [
    {
      type: "Pods",
      pods: {
        metric: { name: IN_FLIGHT_METRIC },
        target: { type: "AverageValue", averageValue: String(targetInFlight) },
      },
    },
  ];
}

/** As the event service names it on /metrics, and as a metrics adapter has to serve it. */
const IN_FLIGHT_METRIC = "millrace_ingest_in_flight_requests";

/** Room of the volume that the file system itself and the file being written need. */
const SPOOL_SHARE_OF_VOLUME = 0.9;

function spoolVariables(spool: EnvironmentConfig["ingest"]["spool"]): { name: string; value: string }[] {
  if (spool.mode === "none") return [];
  const maxBytes = Math.floor(spool.size * 1_048_576 * SPOOL_SHARE_OF_VOLUME);
  return [
    { name: "SPOOL_DIR", value: SPOOL_FOLDER },
    { name: "SPOOL_MAX_BYTES", value: String(maxBytes) },
  ];
}

const spread = (topologyKey: string, labels: Record<string, string>) => ({
  maxSkew: 1,
  topologyKey,
  whenUnsatisfiable: "ScheduleAnyway",
  labelSelector: [{ matchLabels: labels }],
});

const probe = (path: string, timing: { periodSeconds: number; failureThreshold: number }) => ({
  httpGet: { path, port: "http", scheme: "HTTP" },
  timeoutSeconds: 2,
  ...timing,
});
