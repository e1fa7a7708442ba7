import { describe, expect, test } from "@jest/globals";
import { pathPrefixes } from "@millrace/sender-adapters";
import { loadConfig } from "../../src/config/load-config.ts";
import { ENVIRONMENTS } from "../../src/config/environments.ts";
import { requests } from "../../src/config/units.ts";
import { planText } from "../support/plan-text.ts";
import { type Json, Plan, planOf } from "../synthesized-plan.ts";

describe.each(ENVIRONMENTS)("the event service of %s", (environment) => {
  const plan = planOf(environment);
  const { ingest } = loadConfig(environment);
  const deployment = plan.json.resource.kubernetes_deployment_v1.ingest;
  const pod = deployment.spec.template.spec;
  const [container] = pod.container;
  const environmentOf = (name: string): Json => container.env.find((variable: Json) => variable.name === name);

  test("gets the environment it reads, with the stream by reference", () => {
    expect(container.env.map(({ name }: Json) => name)).toEqual([
      "STAGE",
      "PORT",
      "AWS_REGION",
      "RAW_STREAM_NAME",
      "WRITE_KEYS_SECRET_ARN",
      "MAX_BODY_BYTES",
      "MAX_EVENT_BYTES",
      "MAX_EVENTS_PER_REQUEST",
      "TRUST_PROXY_HOPS",
      "CORS_ORIGINS",
      "WEBHOOK_ORIGINS",
      "DRAIN_NOTICE_MS",
      "DRAIN_TIMEOUT_MS",
      "LOG_LEVEL",
      "READY_TIMEOUT_MS",
    ]);
    expect(environmentOf("RAW_STREAM_NAME").value).toBe("${aws_kinesis_stream.raw.name}");
    expect(environmentOf("STAGE").value).toBe(environment);
    expect(environmentOf("PORT").value).toBe(String(container.port[0].container_port));
  });

  test("is told where its write keys are, and not what they are", () => {
    expect(environmentOf("WRITE_KEYS_SECRET_ARN").value).toBe(
      environment === "local"
        ? "${aws_secretsmanager_secret.write_keys.arn}"
        : "${data.aws_secretsmanager_secret.write_keys.arn}",
    );
    expect(plan.json.resource.kubernetes_secret_v1).toBeUndefined();
  });

  test("is probed for life and for readiness on different paths", () => {
    expect(container.liveness_probe.http_get.path).toBe("/healthz");
    expect(container.readiness_probe.http_get.path).toBe("/readyz");
    expect(container.startup_probe.http_get.path).toBe("/healthz");
    const { annotations } = plan.json.resource.kubernetes_ingress_v1.ingest_ingress.metadata;
    expect(annotations["alb.ingress.kubernetes.io/healthcheck-path"]).toBe("/readyz");
  });

  test("has time to drain: notice for the load balancer, then its requests, then a margin", () => {
    const notice = Number(environmentOf("DRAIN_NOTICE_MS").value);
    const drain = Number(environmentOf("DRAIN_TIMEOUT_MS").value);
    expect(notice).toBe(ingest.deregistrationDelay * 1000);
    expect(drain - notice).toBe(ingest.drainTimeout * 1000);
    expect(pod.termination_grace_period_seconds * 1000).toBeGreaterThan(drain);
  });

  test("runs without privileges, on a read-only file system, without a Kubernetes token", () => {
    expect(pod.security_context).toMatchObject({ run_as_non_root: true, seccomp_profile: { type: "RuntimeDefault" } });
    expect(container.security_context).toEqual({
      allow_privilege_escalation: false,
      read_only_root_filesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    expect(pod.automount_service_account_token).toBe(false);
  });

  test("spreads over zones and nodes, scales on CPU, and never loses two pods at once", () => {
    expect(pod.topology_spread_constraint.map((constraint: Json) => constraint.topology_key)).toEqual([
      "topology.kubernetes.io/zone",
      "kubernetes.io/hostname",
    ]);
    expect(plan.json.resource.kubernetes_horizontal_pod_autoscaler_v2.ingest_autoscaler.spec).toMatchObject({
      min_replicas: ingest.replicas.min,
      max_replicas: ingest.replicas.max,
      scale_target_ref: { kind: "Deployment", name: deployment.metadata.name },
    });
    expect(deployment.lifecycle.ignore_changes).toEqual(["spec[0].replicas"]);
    expect(deployment.spec.strategy.rolling_update.max_unavailable).toBe("0");
    const budget = plan.json.resource.kubernetes_pod_disruption_budget_v1.ingest_disruption_budget.spec;
    expect(budget).toEqual({ max_unavailable: "1", selector: deployment.spec.selector });
  });

  test("every object selects the labels that the pods have", () => {
    const { labels } = deployment.spec.template.metadata;
    expect(deployment.spec.selector.match_labels).toEqual(labels);
    expect(plan.json.resource.kubernetes_service_v1.ingest_service.spec.selector).toEqual(labels);
    for (const { label_selector: selector } of pod.topology_spread_constraint) {
      expect(selector).toEqual([{ match_labels: labels }]);
    }
  });

  test("is reached over TLS, and only the endpoints that take events are", () => {
    const { metadata, spec } = plan.json.resource.kubernetes_ingress_v1.ingest_ingress;
    expect(metadata.annotations["alb.ingress.kubernetes.io/listen-ports"]).toBe('[{"HTTPS":443}]');
    expect(metadata.annotations["alb.ingress.kubernetes.io/certificate-arn"]).toBe(ingest.certificateArn);
    expect(metadata.annotations["alb.ingress.kubernetes.io/ssl-policy"]).toMatch(/TLS13/);
    expect(spec.rule[0].http.path.map(({ path }: Json) => path)).toEqual([...pathPrefixes]);
  });

  test("its image is the configured one, with the digest that the deployment names and that the next one finds", () => {
    expect(container.image).toBe(`${ingest.image.repository}@\${var.ingest_image_digest}`);
    expect(plan.json.output.ingest_image_digest.value).toBe("${var.ingest_image_digest}");
    const { default: digest, nullable, validation } = plan.json.variable.ingest_image_digest;
    expect(digest).toBe(ingest.image.digest);
    expect(validation[0].condition).toBe('${can(regex("^sha256:[0-9a-f]{64}$", var.ingest_image_digest))}');
    expect(nullable).toBe(false);
  });
});

describe.each(ENVIRONMENTS)("the functions of %s", (environment) => {
  const plan = planOf(environment);
  const { enrichment, router } = plan.json.resource.aws_lambda_function;
  const owner = environment === "local" ? "" : "data.";

  test("get the environment they read, with streams by reference", () => {
    expect(enrichment.environment.variables).toEqual({
      STAGE: environment,
      LOG_LEVEL: loadConfig(environment).logs.level,
      ENRICHED_STREAM_NAME: "${aws_kinesis_stream.enriched.name}",
      ENRICHED_LANES: String(loadConfig(environment).packing.lanes),
      ENRICHED_COMPRESSION: loadConfig(environment).packing.compression,
      BAD_ROW_STREAM_NAME: "${aws_kinesis_stream.bad_rows.name}",
      PRIVACY_KEYS_SECRET_ARN: `\${${owner}aws_secretsmanager_secret.privacy_keys.arn}`,
    });
    expect(router.environment.variables).toEqual({
      STAGE: environment,
      LOG_LEVEL: loadConfig(environment).logs.level,
      ACCOUNT_ID: loadConfig(environment).aws.accountId,
      DESTINATION_PREFIX: `millrace-${environment}-`,
      BAD_ROW_STREAM_NAME: "${aws_kinesis_stream.bad_rows.name}",
      UNDELIVERED_URL: "s3://${aws_s3_bucket.lake.bucket}/undelivered",
    });
  });

  test("run the bundle that was built, on Node 24 and arm64, and are deployed only when it changed", () => {
    for (const [name, { filename, handler, runtime, architectures, source_code_hash: hash }] of Object.entries<Json>({
      enrichment,
      router,
    })) {
      expect(filename).toBe(`../../../../apps/${name}/dist/function.zip`);
      expect([handler, runtime, architectures]).toEqual(["index.handler", "nodejs24.x", ["arm64"]]);
      expect(hash).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    }
  });

  test("write a log group that exists before them and encrypt their environment", () => {
    for (const { function_name: name, logging_config: logging, kms_key_arn: key } of [enrichment, router]) {
      expect(plan.referred(logging.log_group).args.name).toBe(`/aws/lambda/${name}`);
      expect(plan.referred(key).type).toBe("aws_kms_key");
    }
  });
});

test("the autoscaler asks for requests in flight as well, where an environment sets how many", () => {
  const scaled = planText("prod", {
    change: (config) => ({
      ...config,
      ingest: { ...config.ingest, replicas: { ...config.ingest.replicas, targetInFlight: requests(40) } },
    }),
  });
  const metricsOf = (found: Plan): Json =>
    found.json.resource.kubernetes_horizontal_pod_autoscaler_v2.ingest_autoscaler.spec.metric;
  expect(metricsOf(planOf("prod"))).toHaveLength(1);
  const [cpu, inFlight] = metricsOf(new Plan(scaled));
  expect(cpu).toEqual(metricsOf(planOf("prod"))[0]);
  expect(inFlight).toEqual({
    type: "Pods",
    pods: {
      metric: { name: "millrace_ingest_in_flight_requests" },
      target: { type: "AverageValue", average_value: "40" },
    },
  });
});
