import { expect, test } from "@jest/globals";
import { runSdk, sendFromNode } from "../support/sdks/run-sdk.ts";
import { nodeSdkFacts, sentEvents } from "../support/sdks/sdk.ts";

// `pnpm sdks` prints the same as a table, with the SDKs of browsers. Here they run at once: most of it is waiting.
test("unmodified SDKs are stored, and what they repeat is the same events", async () => {
  const reports = await Promise.all(nodeSdkFacts.map((facts) => runSdk(facts, sendFromNode(facts.name))));
  expect(reports.map(({ name, distinct, faults }) => ({ name, distinct, faults }))).toEqual(
    nodeSdkFacts.map(({ name, retries }) => ({ name, distinct: sentEvents, faults: retries ? 1 : 0 })),
  );
  for (const [index, { stored }] of reports.entries()) {
    if (nodeSdkFacts[index]?.retries === true) expect(stored).toBeGreaterThan(sentEvents);
    else expect(stored).toBe(sentEvents);
  }
  // A mapping in the folder of the source leads from this name to the contract.
  const { dataschemas } = reports.find(({ name }) => name === "@snowplow/node-tracker") ?? {};
  expect(dataschemas).toEqual(["iglu:com.acme/click/jsonschema/1-0-0"]);
  // And from this one at `/event`, for which it has `namedBy` and `names`.
  const { trackNames } = reports.find(({ name }) => name === "@segment/analytics-node") ?? {};
  expect(trackNames).toEqual(["Order Completed"]);
}, 60_000);
