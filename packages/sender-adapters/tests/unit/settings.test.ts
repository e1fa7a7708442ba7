import { expect, test } from "@jest/globals";
import { createRefusedEvent, findSettingsFaults, resolveSettings } from "../../src/index.ts";

test("every fault of the settings is found, and no value is quoted", () => {
  const faults = findSettingsFaults({
    segmnet: {},
    segment: { source: 7, colour: "red" },
    snowplow: {},
    github: { secrets: ["hush", ""] },
    stripe: { secrets: ["hush"], toleranceSeconds: -1 },
  });
  expect(faults.map(({ path }) => path.join("."))).toEqual([
    "segmnet",
    "segment.source",
    "segment.colour",
    "snowplow.appIds",
    "github.secrets",
    "stripe.toleranceSeconds",
  ]);
  expect(JSON.stringify(faults)).not.toContain("hush");
  expect(findSettingsFaults({ segment: {}, snowplow: { appIds: ["shop"] } })).toEqual([]);
});

test("the source is the key's first one with the adapter's name in the place of each star", () => {
  const settings = resolveSettings({ segment: {}, posthog: { source: "urn:x" } }, ["https://shop.example/*", "*"]);
  expect(settings.segment).toEqual({ source: "https://shop.example/segment" });
  expect(settings.posthog).toEqual({ source: "urn:x" });
});

test("a refused event has the id of its message, which is cut between characters", () => {
  const text = `${"x".repeat(8_191)}🙂 and more`;
  const fault = { code: "event-too-large", detail: "too large", text };
  const event = createRefusedEvent("segment", "urn:x", fault);
  expect(event).toMatchObject({ type: "segment.refused", source: "urn:x" });
  expect(event.data).toEqual({ code: fault.code, detail: fault.detail, message: "x".repeat(8_191), isCut: true });
  expect(createRefusedEvent("segment", "urn:x", fault).id).toBe(event.id);
});
