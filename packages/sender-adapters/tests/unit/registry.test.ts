import { expect, test } from "@jest/globals";
import { findEndpoints, pathPrefixes } from "../../src/index.ts";

const paths = [
  "/v1/batch",
  "/v1/m",
  "/v1/pixel/track",
  "/v1/projects/k/settings",
  "/beacon/v1/batch",
  "/sourceConfig/",
  "/com.snowplowanalytics.snowplow/tp2",
  "/i",
  "/batch/",
  "/capture/",
  "/e/",
  "/track/",
  "/engage/",
  "/i/v0/e/",
  "/flags/",
  "/decide/",
  "/array/k/config",
  "/v1/logs",
  "/v1/webhooks/github/k",
  "/v1/webhooks/stripe/k",
  "/v1/webhooks/event-grid",
];

test.each(paths)("a load balancer with the prefixes passes %s on", (path) => {
  expect(findEndpoints("OPTIONS", path)).toMatchObject({ endpoints: [] });
  const reached = pathPrefixes.filter((prefix) => path === prefix || path.startsWith(`${prefix}/`));
  expect(reached).toHaveLength(1);
});

test("every prefix leads somewhere", () => {
  const unused = pathPrefixes.filter(
    (prefix) => !paths.some((path) => path === prefix || path.startsWith(`${prefix}/`)),
  );
  expect(unused).toEqual([]);
});
