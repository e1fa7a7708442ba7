/** The README's "a new route is one file", followed in a copy of the repository. Needs `pnpm synth` before. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import type { Report } from "../../src/report/reconcile.ts";
import { defaultStackPath } from "../../src/runtime/folders.ts";
import { RepositoryCopy } from "./repository-copy.ts";

type Resources = Record<string, Record<string, Record<string, unknown>>>;
type Plan = { resource: Resources };

const stackFile = "infra/dist/stacks/local/cdk.tf.json";
const newFile = "schemas/routes/pricing.json";
const changesNothingElse = `?? ${newFile}\n`;

let copy: RepositoryCopy;
let before: Resources;

beforeAll(() => {
  copy = new RepositoryCopy();
  before = (JSON.parse(readFileSync(defaultStackPath, "utf8")) as Plan).resource;
}, 60_000);
afterAll(() => copy.remove());

const addressesOf = (resources: Resources): string[] =>
  Object.entries(resources).flatMap(([type, byName]) => Object.keys(byName).map((name) => `${type}.${name}`));
const resourceAt = (resources: Resources, address: string): unknown => {
  const [type = "", name = ""] = address.split(".");
  return resources[type]?.[name];
};
const routerResources = (resources: Resources, sid: string): string[] =>
  Object.entries(resources["aws_iam_policy"] ?? {})
    .filter(([name]) => name.startsWith("router_destinations_"))
    .flatMap(
      ([, { policy }]) => (JSON.parse(String(policy)) as { Statement: { Sid: string; Resource: string }[] }).Statement,
    )
    .filter(({ Sid }) => Sid === sid)
    .flatMap(({ Resource }) => Resource);

describe("a route that is one new file", () => {
  test("is written by one command, which changes nothing else", () => {
    const args = ["--application", "pricing", "--owner", "team-pricing", "--type", "commerce.product-view"];
    expect(copy.pnpm("routes", "new", ...args)).toContain(`${newFile} passes`);
    expect(copy.git("status", "--porcelain")).toBe(changesNothingElse);
  });

  test("gets its events, each once, from the next start on, and so does every other route", () => {
    copy.pnpm("start", "--events", "600", "--exit", "--port", "0", "--report", ".local/report.json");
    const report = copy.readJson(".local/report.json") as Report;
    expect(report).toMatchObject({ sent: 600, lost: 0, duplicated: 0, problems: [] });
    const route = report.routes["pricing/commerce-product-view"];
    expect(route?.expected).toBeGreaterThan(0);
    expect(route).toMatchObject({ delivered: route?.expected, distinct: route?.expected });
    // The new route changes no file that is generated and committed.
    expect(copy.git("status", "--porcelain")).toBe(changesNothingElse);
  }, 240_000);

  test("brings its stream, its alarms, its permission and its dashboard row into the stack, and touches nothing else", () => {
    const { resource: after } = copy.readJson(stackFile) as Plan;
    const added = addressesOf(after).filter((address) => resourceAt(before, address) === undefined);
    expect(added.sort()).toEqual([
      "aws_cloudwatch_metric_alarm.alarm_destination_pricing_near_limit",
      "aws_cloudwatch_metric_alarm.alarm_destination_pricing_throttled_writes",
      "aws_cloudwatch_metric_alarm.alarm_destination_pricing_undelivered",
      "aws_cloudwatch_metric_alarm.alarm_destination_pricing_unread",
      "aws_cloudwatch_metric_alarm.alarm_objective_canaries_at_pricing_fast",
      "aws_cloudwatch_metric_alarm.alarm_objective_canaries_at_pricing_slow",
      "aws_kinesis_stream.destination_pricing",
    ]);
    expect(after["aws_kinesis_stream"]?.["destination_pricing"]).toMatchObject({
      name: "millrace-local-pricing",
      tags: { consumer: "pricing", "consumer-owner": "team-pricing" },
    });
    const may = new Set(routerResources(before, "WriteDestinations"));
    expect(routerResources(after, "WriteDestinations").filter((arn) => !may.has(arn))).toEqual([
      "${aws_kinesis_stream.destination_pricing.arn}",
    ]);
    const changed = addressesOf(before).filter(
      (address) => JSON.stringify(resourceAt(before, address)) !== JSON.stringify(resourceAt(after, address)),
    );
    expect(changed.sort()).toEqual([
      "aws_cloudwatch_dashboard.dashboard",
      "aws_cloudwatch_dashboard.objectives",
      "aws_iam_policy.router_destinations_1",
      "aws_lambda_function.router",
    ]);
    expect(JSON.stringify(after["aws_cloudwatch_dashboard"])).toContain("pricing, owned by team-pricing");
  });

  test("is one file in the pull request, and the comparison with real events says what it will get", () => {
    const lake = ".local/s3/millrace-local-lake-000000000000/enriched";
    const shown = copy.pnpm("--silent", "routes", "diff", "HEAD", "--events", lake);
    expect(shown).toMatch(/^pricing\/commerce-product-view +added +0 +\d+ +\+\d+/m);
    copy.git("add", "--all");
    expect(copy.git("diff", "--cached", "--stat")).toMatch(
      /^ schemas\/routes\/pricing\.json \| \d+ \++\n 1 file changed, \d+ insertions\(\+\)\n$/,
    );
  });
});
