import { Wafv2WebAcl, type Wafv2WebAclRule } from "@cdktf/provider-aws/lib/wafv2-web-acl/index.js";
import { Construct } from "constructs";

export interface WebFirewallProps {
  readonly name: string;
  readonly region: string;
  /** Requests in five minutes that one address may send. */
  readonly requestsPerAddress: number;
  /** Where the client's address is: that of the connection, or the first one in X-Forwarded-For. */
  readonly clientAddress: "connection" | "forwarded";
}

/**
 * Rules of AWS's groups that judge a body, or its size. They only count: a body holds events, in which any text is
 * legal, WAF reads 8 KiB of it, and a blocked request is lost events. `ingest` has its own limits.
 * https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html
 */
const counted: Readonly<Record<string, readonly string[]>> = {
  AWSManagedRulesAmazonIpReputationList: [],
  AWSManagedRulesKnownBadInputsRuleSet: ["JavaDeserializationRCE_BODY", "Log4JRCE_BODY"],
  AWSManagedRulesCommonRuleSet: [
    "CrossSiteScripting_BODY",
    "EC2MetaDataSSRF_BODY",
    "GenericLFI_BODY",
    "GenericRFI_BODY",
    // Back ends send events without a User-Agent.
    "NoUserAgent_HEADER",
    "SizeRestrictions_BODY",
  ],
};

/** Too many requests: what clients wait after, as after the service's own 429. */
const TOO_MANY_REQUESTS = 429;

/** Web ACL of the load balancer: a limit for each address, then AWS's managed rules. */
export class WebFirewall extends Construct {
  /** Also the name of its metrics. */
  readonly name: string;
  readonly region: string;
  readonly #acl: Wafv2WebAcl;

  constructor(scope: Construct, id: string, { name, region, requestsPerAddress, clientAddress }: WebFirewallProps) {
    super(scope, id);
    this.name = name;
    this.region = region;
    const rate: Wafv2WebAclRule = {
      name: "RequestsPerAddress",
      priority: 0,
      action: { block: { customResponse: { responseCode: TOO_MANY_REQUESTS } } },
      // Statements nest without end, so the binding passes them on as Terraform writes them.
      statement: {
        rate_based_statement: {
          limit: requestsPerAddress,
          evaluation_window_sec: 300,
          ...(clientAddress === "connection"
            ? { aggregate_key_type: "IP" }
            : {
                aggregate_key_type: "FORWARDED_IP",
                forwarded_ip_config: { header_name: "X-Forwarded-For", fallback_behavior: "NO_MATCH" },
              }),
        },
      },
      visibilityConfig: visible("RequestsPerAddress"),
    };
    const groups = Object.entries(counted).map(
      ([group, rules], index): Wafv2WebAclRule => ({
        name: group,
        priority: index + 1,
        // The group's own actions apply.
        overrideAction: { none: {} },
        statement: {
          managed_rule_group_statement: {
            vendor_name: "AWS",
            name: group,
            rule_action_override: rules.map((rule) => ({ name: rule, action_to_use: { count: {} } })),
          },
        },
        visibilityConfig: visible(group),
      }),
    );
    this.#acl = new Wafv2WebAcl(this, "resource", {
      name,
      description: "Millrace: what may reach the event service",
      scope: "REGIONAL",
      defaultAction: { allow: {} },
      rule: [rate, ...groups],
      visibilityConfig: visible(name),
    });
  }

  get arn(): string {
    return this.#acl.arn;
  }
}

/** Sampled requests would keep headers, and with them write keys, for three hours. */
const visible = (metricName: string) => ({
  cloudwatchMetricsEnabled: true,
  metricName,
  sampledRequestsEnabled: false,
});
