import { DataAwsLbHostedZoneId } from "@cdktf/provider-aws/lib/data-aws-lb-hosted-zone-id/index.js";
import { DataAwsRoute53Zone } from "@cdktf/provider-aws/lib/data-aws-route53-zone/index.js";
import { Route53Record } from "@cdktf/provider-aws/lib/route53-record/index.js";
import type { IngressV1 } from "@cdktf/provider-kubernetes/lib/ingress-v1/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { EnvironmentConfig } from "../config/schema.ts";
import { bucketName, physicalName } from "../names.ts";
import { PrivateBucket } from "./private-bucket.ts";
import { WebFirewall } from "./web-firewall.ts";

/** Settings of the ingress that the AWS Load Balancer Controller reads, each with its value. */
interface LoadBalancerSettings {
  readonly annotations: Readonly<Record<string, string>>;
  /** Attributes of the load balancer itself, to be joined with others. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Resources that must exist when the controller applies these. */
  readonly dependsOn: readonly ITerraformDependable[];
}

/**
 * The parts between the internet and the event service: allowed addresses, the web firewall, the load balancer's access
 * log and the host's DNS record. Each has a switch in the configuration.
 */
export class FrontDoor extends Construct {
  /** Absent without a firewall of our own. */
  readonly firewall: WebFirewall | undefined;
  readonly settings: LoadBalancerSettings;
  readonly #config: EnvironmentConfig;

  constructor(scope: Construct, id: string, config: EnvironmentConfig) {
    super(scope, id);
    this.#config = config;
    const { aws, environment, frontDoor, ingest } = config;
    this.firewall =
      frontDoor.firewall.mode === "managed"
        ? new WebFirewall(this, "firewall", {
            name: physicalName(environment, "front-door"),
            region: aws.region,
            requestsPerAddress: frontDoor.firewall.requestsPerAddress,
            // The load balancer is the first proxy. With another one before it, every connection has that one's
            // address.
            clientAddress: ingest.trustedProxies > 1 ? "forwarded" : "connection",
          })
        : undefined;
    const webAclArn = frontDoor.firewall.mode === "existing" ? frontDoor.firewall.webAclArn : this.firewall?.arn;
    const logs = this.#createAccessLogs();
    this.settings = {
      annotations: {
        "inbound-cidrs": frontDoor.inbound.join(","),
        ...(webAclArn === undefined ? {} : { "wafv2-acl-arn": webAclArn }),
      },
      attributes:
        logs === undefined
          ? { "access_logs.s3.enabled": "false" }
          : { "access_logs.s3.enabled": "true", "access_logs.s3.bucket": logs.nameReference },
      dependsOn: logs === undefined ? [] : [logs.policy],
    };
  }

  /** True if a resource needs the load balancer's host name. */
  get needsLoadBalancer(): boolean {
    return this.#config.frontDoor.dns.mode !== "none";
  }

  /**
   * Objects hold addresses of clients. The load balancer writes with S3's own key and no other.
   * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
   */
  #createAccessLogs(): PrivateBucket<undefined> | undefined {
    const { aws, environment, frontDoor } = this.#config;
    if (frontDoor.accessLogs.mode === "none") return undefined;
    const name = bucketName(environment, "access-logs", aws.accountId);
    return new PrivateBucket(this, "access_logs", {
      name,
      key: undefined,
      lifecycleRules: [
        {
          id: "expire",
          status: "Enabled",
          filter: [{ prefix: "" }],
          expiration: [{ days: frontDoor.accessLogs.expireAfter }],
        },
      ],
      oldVersionsExpireAfter: 1,
      statements: (arn) => [
        {
          sid: "LoadBalancersOfThisAccount",
          principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
          actions: ["s3:PutObject"],
          // A load balancer writes below the number of its own account, and under no other name.
          resources: [`${arn}/AWSLogs/${aws.accountId}/*`],
        },
      ],
    });
  }

  /** The host's name leads to the load balancer that the controller made for the ingress. */
  createRecord(ingress: IngressV1): void {
    const { frontDoor, ingest } = this.#config;
    if (frontDoor.dns.mode === "none") return;
    const zone = new DataAwsRoute53Zone(this, "zone", { name: frontDoor.dns.zone, privateZone: false });
    const loadBalancers = new DataAwsLbHostedZoneId(this, "load_balancers", { loadBalancerType: "application" });
    new Route53Record(this, "record", {
      zoneId: zone.zoneId,
      name: ingest.host,
      type: "A",
      alias: {
        name: ingress.status.get(0).loadBalancer.get(0).ingress.get(0).hostname,
        zoneId: loadBalancers.id,
        // Without a healthy pod there is no other place to send a client to.
        evaluateTargetHealth: false,
      },
    });
  }
}
