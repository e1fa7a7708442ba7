import { describe, expect, test } from "@jest/globals";
import { type DestinationDocument, destinationFaults } from "@millrace/routes";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkDroppedDestinations } from "../../src/check/check-dropped-destinations.ts";
import { readEnvironmentPlaces } from "../../src/cli/environment-places.ts";
import { run, temporaryFolder } from "../support/run.ts";

const places = readEnvironmentPlaces();

const document = (application: string, ...destinations: DestinationDocument["routes"][number]["destination"][]) => ({
  file: `${application}.json`,
  document: {
    application,
    routes: destinations.map((destination, index) => ({ name: `route-${index}`, destination })),
  },
});
const rulesOf = (...files: Parameters<typeof destinationFaults>[0]) =>
  destinationFaults(files, places).map(({ rule, file, pointer }) => `${rule} ${file}#${pointer}`);
const arn = (account: string, name: string, region = "eu-west-1", partition = "aws") =>
  `arn:${partition}:kinesis:${region}:${account}:stream/${name}`;

describe("a destination is the stream it is", () => {
  test.each([
    ["local", arn("000000000000", "millrace-local-enriched")],
    ["local", arn("000000000000", "millrace-local-raw")],
    ["prod", arn("333333333333", "millrace-prod-bad-rows")],
    // The loop may also lead over another environment.
    ["staging", arn("333333333333", "millrace-prod-raw")],
  ])("a stream of the pipeline is refused in %s by its ARN %s", (environment, loop) => {
    expect(rulesOf(document("x", { stream: "xloop", arn: { [environment]: loop } }))).toEqual([
      `pipeline-stream x.json#/routes/0/destination/arn/${environment}`,
    ]);
  });

  test("another application's stream is refused by its ARN", () => {
    const mine = document("mine", { stream: "mine", arn: { prod: arn("333333333333", "millrace-prod-fraud") } });
    expect(rulesOf(document("fraud", { stream: "fraud" }), mine)).toEqual([
      "stream-owner mine.json#/routes/0/destination/arn/prod",
    ]);
  });

  test("one ARN has one owner, whatever the names and the environments", () => {
    const shared = arn("999999999999", "orders");
    expect(
      rulesOf(
        document("a", { stream: "a", arn: { prod: shared } }),
        document("b", { stream: "b", arn: { dev: shared } }),
      ),
    ).toEqual(["stream-owner b.json#/routes/0/destination/arn/dev"]);
  });

  test("one stream has one name, or an event would come twice", () => {
    const shared = arn("999999999999", "orders");
    expect(
      rulesOf(document("a", { stream: "one", arn: { prod: shared } }, { stream: "two", arn: { prod: shared } })),
    ).toEqual(["stream-owner a.json#/routes/1/destination/arn/prod"]);
  });

  test("environments of one application may share a stream", () => {
    const shared = arn("999999999999", "orders-test");
    expect(rulesOf(document("a", { stream: "a", arn: { dev: shared, staging: shared } }))).toEqual([]);
  });

  test.each([
    ["destination-environment", { production: arn("999999999999", "a") }],
    ["destination-region", { prod: arn("999999999999", "a", "mars-north-9") }],
    ["destination-partition", { prod: arn("999999999999", "a", "cn-north-1", "aws-cn") }],
    ["destination-account", { prod: arn("000000000000", "a") }],
    ["destination-arn", { prod: arn("99999999999", "a") }],
    ["destination-ours", { prod: arn("333333333333", "millrace-prod-nobodys") }],
  ])("%s: %j is refused", (rule, named) => {
    const [environment = ""] = Object.keys(named);
    expect(rulesOf(document("a", { stream: "a", arn: named }))).toEqual([
      `${rule} a.json#/routes/0/destination/arn/${environment}`,
    ]);
  });

  test("a former destination is a destination as well", () => {
    const former = {
      file: "a.json",
      document: {
        application: "a",
        routes: [],
        formerDestinations: [{ stream: "a", arn: { local: arn("000000000000", "millrace-local-raw") } }],
      },
    };
    expect(rulesOf(former)).toEqual(["pipeline-stream a.json#/formerDestinations/0/arn/local"]);
  });
});

test("a budget that the function has no time for is refused, with the most that fits", () => {
  const slow = {
    file: "a.json",
    document: {
      application: "a",
      routes: [{ name: "r", destination: { stream: "a" }, delivery: { budgetMs: 60_000 } }],
    },
  };
  expect(destinationFaults([slow], places)).toMatchObject([
    { rule: "delivery-budget", pointer: "/routes/0/delivery/budgetMs", fix: "Use at most 25000." },
  ]);
});

test("an ARN that takes the place of a stream of ours is told: the stream would go", () => {
  const tests = [
    { name: "yes", event: {}, matches: true },
    { name: "no", event: {}, matches: false },
  ];
  const route = (destination: { stream: string; arn?: Record<string, string> }) => ({
    name: "r",
    description: "d",
    pattern: { event: { type: ["page.view"] } },
    destination,
    tests,
  });
  const before = { application: "a", owner: "t", routes: [route({ stream: "a" })] };
  const after = { ...before, routes: [route({ stream: "a", arn: { prod: arn("999999999999", "a") } })] };
  expect(
    checkDroppedDestinations([before], { documents: [{ file: "a.json", document: after }], faults: [] }, ""),
  ).toMatchObject([
    { rule: "replaced-stream", pointer: "/routes/0/destination/arn/prod", message: expect.stringContaining('"a"') },
  ]);
  expect(
    checkDroppedDestinations([after], { documents: [{ file: "a.json", document: after }], faults: [] }, ""),
  ).toEqual([]);
});

test("the command refuses a loop, and says where", async () => {
  const folder = join(temporaryFolder(), "routes");
  mkdirSync(folder);
  const loop = {
    $schema: "./route-document.schema.json",
    application: "xloop",
    owner: "team",
    clearance: ["url"],
    routes: [
      {
        name: "views",
        description: "Every view.",
        pattern: { event: { type: ["page.view"] }, validation: { status: ["valid"] } },
        destination: { stream: "xloop", arn: { local: arn("000000000000", "millrace-local-enriched") } },
        project: { drop: ["event.clientip"] },
        tests: [
          {
            name: "a view is",
            event: { event: { type: "page.view" }, validation: { status: "valid" } },
            matches: true,
          },
          { name: "a click is not", event: { event: { type: "search.click" } }, matches: false },
        ],
      },
    ],
  };
  writeFileSync(join(folder, "xloop.json"), JSON.stringify(loop));
  const { code, out } = await run("check", folder);
  expect(code).toBe(1);
  expect(out).toContain("xloop.json#/routes/0/destination/arn/local");
  expect(out).toContain("1 errors");
});
