import { describe, expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ENVIRONMENTS } from "../../src/config/environments.ts";
import type { EnvironmentConfig } from "../../src/config/schema.ts";
import { renderEnvironmentPlaces } from "../../src/inputs/environment-places.ts";
import { retiredDestinations, type RouteDocument, routeDestinations } from "../../src/inputs/route-destinations.ts";
import { fraud, type PlanOptions, planText, recommendations } from "../support/plan-text.ts";
import { type Json, listed, Plan } from "../synthesized-plan.ts";

const marketing: RouteDocument = {
  application: "marketing",
  owner: "team-growth",
  routes: [{ name: "campaigns", destination: { stream: "marketing" } }],
};

const plan = (options: PlanOptions): Plan => new Plan(planText("staging", options));
const addresses = (of: Plan): string[] => of.all.map(({ address }) => address);
const destinationArns = (of: Plan): readonly string[] =>
  of
    .statementsOf("router_role")
    .filter((statement) => statement.Sid === "WriteDestinations")
    .flatMap((statement) => listed(statement.Resource));
const dashboardOf = (of: Plan): Json => JSON.parse(of.json.resource.aws_cloudwatch_dashboard.dashboard.dashboard_body);

describe("a route document that is added", () => {
  const before = plan({ documents: [recommendations] });
  const after = plan({ documents: [recommendations, marketing] });

  test("brings its stream and its alarms, and touches no other resource's address", () => {
    expect(addresses(after).filter((address) => !addresses(before).includes(address))).toEqual([
      "aws_cloudwatch_metric_alarm.alarm_destination_marketing_consumer_gone",
      "aws_cloudwatch_metric_alarm.alarm_destination_marketing_near_limit",
      "aws_cloudwatch_metric_alarm.alarm_destination_marketing_throttled_writes",
      "aws_cloudwatch_metric_alarm.alarm_destination_marketing_undelivered",
      "aws_cloudwatch_metric_alarm.alarm_destination_marketing_unread",
      "aws_cloudwatch_metric_alarm.alarm_objective_canaries_at_marketing_fast",
      "aws_cloudwatch_metric_alarm.alarm_objective_canaries_at_marketing_slow",
      "aws_kinesis_stream.destination_marketing",
    ]);
    expect(addresses(before).filter((address) => !addresses(after).includes(address))).toEqual([]);
  });

  test("lets the router write to its stream and to no further one", () => {
    expect(destinationArns(before)).toEqual(["${aws_kinesis_stream.destination_recommendations.arn}"]);
    expect(destinationArns(after)).toEqual([
      "${aws_kinesis_stream.destination_marketing.arn}",
      "${aws_kinesis_stream.destination_recommendations.arn}",
    ]);
  });

  test("gets a stream whose name the router can tell from its prefix", () => {
    const prefix = after.json.resource.aws_lambda_function.router.environment.variables.DESTINATION_PREFIX;
    expect(after.json.resource.aws_kinesis_stream.destination_marketing).toMatchObject({
      name: `${prefix}marketing`,
      tags: { consumer: "marketing", "consumer-owner": "team-growth" },
    });
  });

  test("gets a dashboard row that names its owner and its routes", () => {
    const rows = dashboardOf(after).widgets.filter(({ type }: Json) => type === "text");
    expect(rows.map(({ properties }: Json) => properties.markdown)).toContain(
      "## millrace-staging-marketing\nmarketing, owned by team-growth\n- marketing/campaigns",
    );
  });

  test("has alarms that say whose stream it is", () => {
    const { alarm_destination_marketing_unread: alarm } = after.json.resource.aws_cloudwatch_metric_alarm;
    expect(alarm.alarm_description).toContain("team-growth");
    expect(alarm.dimensions.StreamName).toBe("millrace-staging-marketing");
  });
});

test("several routes of one application share the stream they name", () => {
  expect(routeDestinations([recommendations], "dev")).toEqual([
    {
      kind: "kinesis",
      name: "recommendations",
      application: "recommendations",
      owner: "team-recommendations",
      routes: ["recommendations/clicks", "recommendations/views"],
    },
  ]);
});

describe("a destination in another account", () => {
  const arn = "arn:aws:kinesis:eu-central-1:999999999999:stream/partner-events";
  const partner: RouteDocument = {
    application: "partner",
    owner: "team-partners",
    routes: [{ name: "all", destination: { stream: "partner", arn: { staging: arn } } }],
  };

  test("takes the place of our stream in the environment that names it, and only there", () => {
    expect(plan({ documents: [partner] }).json.resource.aws_kinesis_stream.destination_partner).toBeUndefined();
    const dev = new Plan(planText("dev", { documents: [partner] }));
    expect(dev.json.resource.aws_kinesis_stream.destination_partner.name).toBe("millrace-dev-partner");
    expect(destinationArns(dev)).toEqual(["${aws_kinesis_stream.destination_partner.arn}"]);
  });

  test("may be written to and encrypted for, and no other stream of that account", () => {
    const staging = plan({ documents: [partner] });
    expect(destinationArns(staging)).toEqual([arn]);
    const [encrypt] = staging.statementsOf("router_role").filter(({ Sid }) => Sid === "EncryptForForeignStream1");
    expect(encrypt).toMatchObject({
      Action: "kms:GenerateDataKey",
      Resource: "arn:aws:kms:eu-central-1:999999999999:key/*",
      Condition: {
        StringEquals: {
          "kms:ViaService": "kinesis.eu-central-1.amazonaws.com",
          "kms:EncryptionContext:aws:kinesis:arn": arn,
        },
      },
    });
  });

  test("has a dashboard row, and alarms on events and canaries that it does not take, which only we can see", () => {
    const staging = plan({ documents: [partner] });
    expect(JSON.stringify(dashboardOf(staging))).toContain(arn);
    const alarms = staging.each("aws_cloudwatch_metric_alarm").filter(({ name }) => name.includes("partner"));
    expect(alarms.map(({ name }) => name)).toEqual([
      "alarm_destination_partner_undelivered",
      "alarm_objective_canaries_at_partner_fast",
      "alarm_objective_canaries_at_partner_slow",
    ]);
  });
});

describe("a destination without routes", () => {
  const former = (rest: object = {}): RouteDocument => ({
    ...fraud,
    routes: [],
    formerDestinations: [{ stream: "fraud-purchases", ...rest }],
  });
  const address = "aws_kinesis_stream.destination_fraud-purchases";

  test("keeps its stream, its owner and its alarms, and the router may not write to it", () => {
    const kept = plan({ documents: [recommendations, former()] });
    const { "destination_fraud-purchases": stream } = kept.json.resource.aws_kinesis_stream;
    expect(stream).toMatchObject({
      lifecycle: { prevent_destroy: true },
      tags: { consumer: "fraud", "consumer-owner": "team-fraud", routes: "none" },
    });
    expect(destinationArns(kept)).toEqual(["${aws_kinesis_stream.destination_recommendations.arn}"]);
    expect(addresses(kept).filter((found) => found.includes("fraud-purchases"))).toEqual([
      "aws_cloudwatch_metric_alarm.alarm_destination_fraud-purchases_near_limit",
      "aws_cloudwatch_metric_alarm.alarm_destination_fraud-purchases_throttled_writes",
      "aws_cloudwatch_metric_alarm.alarm_destination_fraud-purchases_unread",
      address,
    ]);
    expect(JSON.stringify(dashboardOf(kept))).toContain("No route writes to it any more.");
  });

  test("keeps the address that its stream had with routes: no other resource goes than the alarms on what routes do", () => {
    const before = plan({ documents: [recommendations, fraud] });
    const after = plan({ documents: [recommendations, former()] });
    expect(addresses(before).filter((found) => !addresses(after).includes(found))).toEqual([
      "aws_cloudwatch_metric_alarm.alarm_destination_fraud-purchases_consumer_gone",
      "aws_cloudwatch_metric_alarm.alarm_destination_fraud-purchases_undelivered",
      "aws_cloudwatch_metric_alarm.alarm_objective_canaries_at_fraud-purchases_fast",
      "aws_cloudwatch_metric_alarm.alarm_objective_canaries_at_fraud-purchases_slow",
    ]);
    expect(addresses(after).filter((found) => !addresses(before).includes(found))).toEqual([]);
  });

  test("leaves the plan when it is retired, alarms and all", () => {
    const retired = plan({ documents: [recommendations, former({ retire: true })] });
    expect(addresses(retired).filter((found) => found.includes("fraud"))).toEqual([]);
    expect(retiredDestinations([recommendations, former({ retire: true })], "staging")).toEqual(["fraud-purchases"]);
    expect(retiredDestinations([recommendations, former()], "staging")).toEqual([]);
  });

  test("has no stream of ours where it was another account's", () => {
    const arn = { staging: "arn:aws:kinesis:eu-west-1:999999999999:stream/fraud" };
    expect(addresses(plan({ documents: [recommendations, former({ arn })] }))).not.toContain(address);
    const dev = new Plan(planText("dev", { documents: [recommendations, former({ arn })] }));
    expect(addresses(dev)).toContain(address);
  });

  test("synthesizes without its document as well: the guard of the deployment speaks up, not the plan", () => {
    expect(addresses(plan({ documents: [recommendations] }))).not.toContain(address);
  });
});

test("the router may leave undelivered events where it is told to, encrypted with the key of what is masked", () => {
  const { resource } = plan({ documents: [recommendations] }).json;
  expect(resource.aws_lambda_function.router.environment.variables.UNDELIVERED_URL).toBe(
    "s3://${aws_s3_bucket.lake.bucket}/undelivered",
  );
  const statements = plan({ documents: [recommendations] }).statementsOf("router_role");
  expect(statements).toContainEqual({
    Effect: "Allow",
    Sid: "WriteUndelivered",
    Action: "s3:PutObject",
    Resource: "${aws_s3_bucket.lake.arn}/undelivered/*",
  });
  const rule = resource.aws_s3_bucket_server_side_encryption_configuration.lake_encryption.rule[0];
  const key = rule.apply_server_side_encryption_by_default.kms_master_key_id;
  expect(statements).toContainEqual(
    expect.objectContaining({
      Action: "kms:GenerateDataKey",
      Resource: key,
      Condition: { StringEquals: { "kms:ViaService": "s3.eu-west-1.amazonaws.com" } },
    }),
  );
});

test("all contradictions between documents are reported at once, before anything is synthesized", () => {
  const documents: RouteDocument[] = [
    { application: "a", owner: "o", routes: [{ name: "one", destination: { stream: "shared" } }] },
    { application: "b", owner: "o", routes: [{ name: "two", destination: { stream: "shared" } }] },
    {
      application: "c",
      owner: "o",
      routes: [{ name: "three", destination: { stream: "c", arn: { prod: "nonsense" } } }],
    },
  ];
  expect(() => planText("prod", { documents })).toThrow(
    /2 fault\(s\):\nschemas\/routes\/b\.json#\/routes\/0\/destination\/stream\n[^]*c\.json#\/routes\/0\/destination\/arn\/prod\n/,
  );
});

test.each([
  [
    "the enriched stream by its ARN",
    { local: "arn:aws:kinesis:eu-west-1:000000000000:stream/millrace-local-enriched" },
  ],
  [
    "another application's stream",
    { prod: "arn:aws:kinesis:eu-west-1:333333333333:stream/millrace-prod-recommendations" },
  ],
  ["an environment that does not exist", { stagin: "arn:aws:kinesis:eu-west-1:999999999999:stream/fraud" }],
])("a destination that is %s stops the synthesis of every environment", (_, arn) => {
  const document = { ...fraud, routes: [{ name: "all", destination: { stream: "xloop", arn } }] };
  for (const environment of ENVIRONMENTS) {
    expect(() => planText(environment, { documents: [recommendations, document] })).toThrow(
      expect.objectContaining({ code: "INFRA_ROUTE_DESTINATION_INVALID" }),
    );
  }
});

test("an adopted stream is one of the pipeline's own under the name it has", () => {
  const arn = { dev: "arn:aws:kinesis:eu-west-1:111111111111:stream/events-of-old" };
  const document = { ...fraud, routes: [{ name: "all", destination: { stream: "fraud", arn } }] };
  const change = (config: EnvironmentConfig) => ({ ...config, adopt: { streams: { raw: "events-of-old" } } });
  expect(() => planText("dev", { documents: [document], change })).toThrow("events-of-old of dev");
});

test("what the commands know of the environments is what the configuration says", () => {
  const file = join(import.meta.dirname, "../../environments.json");
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(JSON.parse(renderEnvironmentPlaces()));
});

test("a destination can have a capacity of its own", () => {
  const onDemand = plan({
    documents: [recommendations, fraud],
    change: (config) => ({
      ...config,
      streams: {
        ...config.streams,
        destinationOverrides: { recommendations: { ...config.streams.destinations, capacity: { mode: "ON_DEMAND" } } },
      },
    }),
  });
  const modeOf = (name: string): string =>
    onDemand.json.resource.aws_kinesis_stream[name].stream_mode_details.stream_mode;
  expect(modeOf("destination_recommendations")).toBe("ON_DEMAND");
  expect(modeOf("destination_fraud-purchases")).toBe("PROVISIONED");
});

test("three hundred destinations are each named exactly, in as many policies as their length needs", () => {
  const document: RouteDocument = {
    application: "many",
    owner: "team-many",
    routes: Array.from({ length: 300 }, (_, index) => ({
      name: `route-${index}`,
      destination: { stream: `a-destination-with-a-rather-long-name-${String(index).padStart(3, "0")}` },
    })),
  };
  const many = plan({ documents: [document] });
  expect(destinationArns(many)).toHaveLength(300);
  expect(new Set(destinationArns(many)).size).toBe(300);
  const policies = many.each("aws_iam_policy");
  expect(policies.length).toBeGreaterThan(3);
  for (const { args } of policies) {
    // As IAM counts it: with the references filled in.
    const filled = args.policy.replaceAll(/\$\{aws_kinesis_stream\.([\w-]+)\.arn\}/g, (_: string, name: string) => {
      const stream = many.json.resource.aws_kinesis_stream[name];
      return `arn:aws:kinesis:eu-west-1:222222222222:stream/${stream.name}`;
    });
    expect(filled.length).toBeLessThanOrEqual(6_144);
  }
});
