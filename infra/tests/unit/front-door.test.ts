import { describe, expect, test } from "@jest/globals";
import { loadConfig } from "../../src/config/load-config.ts";
import type { EnvironmentConfig } from "../../src/config/schema.ts";
import { days, invocations, proxies, requests } from "../../src/config/units.ts";
import { planText } from "../support/plan-text.ts";
import { type Json, Plan, planOf } from "../synthesized-plan.ts";

type FrontDoor = EnvironmentConfig["frontDoor"];

const withFrontDoor = (environment: string, frontDoor: Partial<FrontDoor>): Plan =>
  new Plan(
    planText(environment, { change: (config) => ({ ...config, frontDoor: { ...config.frontDoor, ...frontDoor } }) }),
  );

const ingressOf = (plan: Plan): Json => plan.json.resource.kubernetes_ingress_v1.ingest_ingress;
const annotation = (plan: Plan, name: string): string | undefined =>
  ingressOf(plan).metadata.annotations[`alb.ingress.kubernetes.io/${name}`];
const attributes = (plan: Plan): Readonly<Record<string, string>> =>
  Object.fromEntries((annotation(plan, "load-balancer-attributes") ?? "").split(",").map((pair) => pair.split("=")));
const recordsOf = (plan: Plan) => plan.each("aws_route53_record");

/** A switch does the same in every environment: shown where all switches are off, and where all are on. */
const EXTREMES = ["local", "prod"] as const;

describe.each(EXTREMES)("the front door of %s", (environment) => {
  const off = withFrontDoor(environment, {
    firewall: { mode: "none" },
    accessLogs: { mode: "none" },
    dns: { mode: "none" },
  });
  const on = withFrontDoor(environment, {
    inbound: ["192.0.2.0/24", "198.51.100.7/32"],
    firewall: { mode: "managed", requestsPerAddress: requests(500) },
    accessLogs: { mode: "bucket", expireAfter: days(9) },
    dns: { mode: "route53", zone: "example" },
  });

  test("lets everybody connect unless ranges are named", () => {
    expect(annotation(off, "inbound-cidrs")).toBe("0.0.0.0/0");
    expect(annotation(on, "inbound-cidrs")).toBe("192.0.2.0/24,198.51.100.7/32");
  });

  test("has a web ACL of its own, on its load balancer, only where the firewall is managed", () => {
    expect(off.each("aws_wafv2_web_acl")).toEqual([]);
    expect(annotation(off, "wafv2-acl-arn")).toBeUndefined();
    const acl = on.referred(annotation(on, "wafv2-acl-arn") ?? "").args;
    expect(acl).toMatchObject({ name: `millrace-${environment}-front-door`, scope: "REGIONAL" });
    expect(acl.default_action).toEqual({ allow: {} });
  });

  test("takes an existing web ACL and makes none", () => {
    const webAclArn = "arn:aws:wafv2:eu-west-1:000000000000:regional/webacl/shop/11111111-2222-3333-4444-555555555555";
    const plan = withFrontDoor(environment, { firewall: { mode: "existing", webAclArn } });
    expect(plan.each("aws_wafv2_web_acl")).toEqual([]);
    expect(annotation(plan, "wafv2-acl-arn")).toBe(webAclArn);
  });

  test("refuses an address that sends too much with the status that senders wait after", () => {
    const [rate] = on.json.resource.aws_wafv2_web_acl.front_door_firewall.rule;
    expect(rate.statement.rate_based_statement).toMatchObject({
      limit: 500,
      evaluation_window_sec: 300,
      aggregate_key_type: "IP",
    });
    expect(rate.action).toEqual({ block: { custom_response: { response_code: 429 } } });
  });

  test("blocks by AWS's groups, but by no rule that reads a body: events may hold any text and be large", () => {
    const [, ...groups] = on.json.resource.aws_wafv2_web_acl.front_door_firewall.rule;
    expect(groups.map(({ name }: Json) => name)).toEqual([
      "AWSManagedRulesAmazonIpReputationList",
      "AWSManagedRulesKnownBadInputsRuleSet",
      "AWSManagedRulesCommonRuleSet",
    ]);
    for (const { override_action: action } of groups) expect(action).toEqual({ none: {} });
    const overrides = groups.flatMap(
      ({ statement }: Json) => statement.managed_rule_group_statement.rule_action_override,
    );
    for (const { action_to_use: action } of overrides) expect(action).toEqual({ count: {} });
    expect(overrides.map(({ name }: Json) => name)).toEqual(
      expect.arrayContaining(["SizeRestrictions_BODY", "CrossSiteScripting_BODY", "Log4JRCE_BODY"]),
    );
  });

  test("has rules of distinct priorities, and keeps no samples of requests, which hold write keys", () => {
    const { rule: rules, visibility_config: own } = on.json.resource.aws_wafv2_web_acl.front_door_firewall;
    expect(new Set(rules.map(({ priority }: Json) => priority)).size).toBe(rules.length);
    for (const visible of [own, ...rules.map(({ visibility_config: visibility }: Json) => visibility)]) {
      expect(visible).toMatchObject({ cloudwatch_metrics_enabled: true, sampled_requests_enabled: false });
    }
  });

  test("raises an alarm for refused requests exactly where it has a firewall", () => {
    const metricsOf = (plan: Plan) =>
      plan
        .each("aws_cloudwatch_metric_alarm")
        .flatMap(({ args }) => args.metric_query ?? [])
        .flatMap(({ metric }: Json) => metric ?? [])
        .filter(({ namespace }: Json) => namespace === "AWS/WAFV2");
    expect(metricsOf(off)).toEqual([]);
    const acl = on.json.resource.aws_wafv2_web_acl.front_door_firewall;
    const dimensions = { WebACL: acl.visibility_config.metric_name, Rule: "ALL", Region: "eu-west-1" };
    expect(metricsOf(on)).toEqual([
      expect.objectContaining({ metric_name: "BlockedRequests", dimensions }),
      expect.objectContaining({ metric_name: "BlockedRequests", dimensions }),
      expect.objectContaining({ metric_name: "AllowedRequests", dimensions }),
    ]);
  });

  test("writes access logs into a private bucket that forgets them, once it may", () => {
    expect(attributes(off)["access_logs.s3.enabled"]).toBe("false");
    expect(off.each("aws_s3_bucket").filter(({ args }) => args.bucket.includes("access-logs"))).toEqual([]);
    const { "access_logs.s3.enabled": enabled, "access_logs.s3.bucket": reference = "" } = attributes(on);
    expect(enabled).toBe("true");
    const { name, args } = on.referred(reference);
    const { accountId } = loadConfig(environment).aws;
    expect(args.bucket).toBe(`millrace-${environment}-access-logs-${accountId}`);
    expect(ingressOf(on).depends_on).toContain(`aws_s3_bucket_policy.${name}_policy`);
    const statements = JSON.parse(on.json.resource.aws_s3_bucket_policy[`${name}_policy`].policy).Statement;
    expect(statements.filter(({ Effect }: Json) => Effect === "Allow")).toEqual([
      {
        Effect: "Allow",
        Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
        Sid: "LoadBalancersOfThisAccount",
        Action: "s3:PutObject",
        Resource: `\${aws_s3_bucket.${name}.arn}/AWSLogs/${accountId}/*`,
      },
    ]);
    // The load balancer writes with no other key.
    const [encryption] = on.json.resource.aws_s3_bucket_server_side_encryption_configuration[`${name}_encryption`].rule;
    expect(encryption).toEqual({ apply_server_side_encryption_by_default: { sse_algorithm: "AES256" } });
    const rules = on.json.resource.aws_s3_bucket_lifecycle_configuration[`${name}_lifecycle`].rule;
    expect(rules).toContainEqual(expect.objectContaining({ id: "expire", expiration: [{ days: 9 }] }));
  });

  test("keeps the load balancer's other attributes either way", () => {
    for (const plan of [on, off]) {
      expect(attributes(plan)).toMatchObject({
        "routing.http.drop_invalid_header_fields.enabled": "true",
        "deletion_protection.enabled": "true",
      });
    }
  });

  test("points the host at the load balancer in its zone, or leaves the name to others", () => {
    expect(recordsOf(off)).toEqual([]);
    expect(off.json.data.aws_route53_zone).toBeUndefined();
    expect(ingressOf(off).wait_for_load_balancer).toBe(false);
    const [record] = recordsOf(on);
    expect(record?.args).toMatchObject({
      name: loadConfig(environment).ingest.host,
      type: "A",
      zone_id: "${data.aws_route53_zone.front_door_zone.zone_id}",
      alias: {
        name: "${kubernetes_ingress_v1.ingest_ingress.status[0].load_balancer[0].ingress[0].hostname}",
        zone_id: "${data.aws_lb_hosted_zone_id.front_door_load_balancers.id}",
      },
    });
    // Without waiting there would be no name to point at.
    expect(ingressOf(on).wait_for_load_balancer).toBe(true);
  });
});

test("an address behind another proxy is the forwarded one, or the proxy itself would be refused", () => {
  const change = (config: EnvironmentConfig): EnvironmentConfig => ({
    ...config,
    ingest: { ...config.ingest, trustedProxies: proxies(2) },
  });
  const plan = new Plan(planText("prod", { change }));
  const [rate] = plan.json.resource.aws_wafv2_web_acl.front_door_firewall.rule;
  expect(rate.statement.rate_based_statement).toMatchObject({
    aggregate_key_type: "FORWARDED_IP",
    forwarded_ip_config: { header_name: "X-Forwarded-For", fallback_behavior: "NO_MATCH" },
  });
});

test("prod and staging have everything on, dev no logs, local nothing that needs AWS", () => {
  const modes = (environment: string) => {
    const { frontDoor, ingest } = loadConfig(environment);
    const { accessLogs, dns, firewall } = frontDoor;
    return [firewall, accessLogs, dns, ingest.network, ingest.monitoring].map(({ mode }) => mode);
  };
  for (const environment of ["staging", "prod"]) {
    expect(modes(environment)).toEqual(["managed", "bucket", "route53", "closed", "prometheus-operator"]);
  }
  expect(modes("dev")).toEqual(["managed", "none", "route53", "open", "annotations"]);
  expect(modes("local")).toEqual(["none", "none", "none", "open", "annotations"]);
});

describe.each(EXTREMES)("the network of the pods of %s", (environment) => {
  const inNetwork = (network: EnvironmentConfig["ingest"]["network"]): Plan =>
    new Plan(planText(environment, { change: (config) => ({ ...config, ingest: { ...config.ingest, network } }) }));

  test("is what the cluster allows while it is open", () => {
    expect(inNetwork({ mode: "open" }).each("kubernetes_network_policy_v1")).toEqual([]);
  });

  test("takes the load balancer and the scraper, and gives DNS and HTTPS, once it is closed", () => {
    const plan = inNetwork({ mode: "closed", loadBalancer: ["10.9.0.0/16"], monitoringNamespace: "watch" });
    const { spec } = plan.json.resource.kubernetes_network_policy_v1.ingest_network_policy;
    const { template } = plan.json.resource.kubernetes_deployment_v1.ingest.spec;
    expect(spec.pod_selector.match_labels).toEqual(template.metadata.labels);
    expect(spec.policy_types).toEqual(["Ingress", "Egress"]);
    const [{ ports: portsOfPod }] = template.spec.container.map(({ port }: Json) => ({ ports: port }));
    const http = [{ port: portsOfPod[0].name, protocol: "TCP" }];
    expect(spec.ingress).toEqual([
      { from: [{ ip_block: { cidr: "10.9.0.0/16" } }], ports: http },
      { from: [{ namespace_selector: { match_labels: { "kubernetes.io/metadata.name": "watch" } } }], ports: http },
    ]);
    const open = spec.egress.flatMap(({ ports }: Json) => ports.map(({ port }: Json) => port));
    expect(open).toEqual(["53", "53", "443"]);
  });
});

describe.each(EXTREMES)("the functions of %s", (environment) => {
  test("share the account's concurrency unless some of it is reserved", () => {
    expect(planOf(environment).json.resource.aws_lambda_function.router).not.toHaveProperty(
      "reserved_concurrent_executions",
    );
    const change = (config: EnvironmentConfig): EnvironmentConfig => ({
      ...config,
      functions: { ...config.functions, router: { ...config.functions.router, reservedConcurrency: invocations(80) } },
    });
    const { enrichment, router } = new Plan(planText(environment, { change })).json.resource.aws_lambda_function;
    expect(router.reserved_concurrent_executions).toBe(80);
    expect(enrichment).not.toHaveProperty("reserved_concurrent_executions");
  });
});
