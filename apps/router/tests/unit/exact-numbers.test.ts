import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import { ThrottledError } from "@millrace/put-records";
import { parseRouteDocument, type RouteDocument } from "@millrace/routes";
import { context, enriched, kinesisEvent } from "../support/kinesis-event.ts";
import { createTestRouter, document, route } from "../support/router.ts";

const numbers =
  '{"a":12345678901234567890,"b":9007199254740993,"c":-0,"d":0.1000000000000000055511151231257827,"e":1e400,"f":1.0}';

/** A line of the enriched stream whose data has this text. */
function lineOf(data: string): string {
  return `${JSON.stringify(enriched("1", "order", { data: "@" })).replace('"@"', data)}\n`;
}

const textOf = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

describe("numbers on the way through the router", () => {
  const whole = route("whole", "order", "whole");
  const kept = route("kept", "order", "kept", { project: { keep: ["event.data"] } });

  test("keep their digits in a copy that leaves nothing out, in a projected one and in an undelivered event", async () => {
    const { handler, writer } = createTestRouter([document("shop", whole, kept)]);
    await handler(kinesisEvent([lineOf(numbers)]), context);
    expect(textOf(writer("whole").taken[0]?.data)).toContain(`"data":${numbers}`);
    expect(textOf(writer("kept").taken[0]?.data)).toContain(`"data":${numbers}`);

    const { handler: failing, writer: broken, undelivered } = createTestRouter([document("shop", whole)]);
    broken("whole").failure = () => ({ reason: "throttled", error: new ThrottledError("The fake destination fails") });
    await failing(kinesisEvent([lineOf(numbers)]), context);
    expect([...undelivered.objects.values()].map((bytes) => gunzipSync(bytes).toString()).join("")).toContain(
      `"data":${numbers}`,
    );
  });

  test("keep their digits under another name, and in a flattened object", async () => {
    const rename = { "event.data.a": "z" };
    const renamed = route("renamed", "order", "renamed", { reshape: { rename } });
    const flat = route("flat", "order", "flat", {
      reshape: { flatten: ["event.data.inner"], constant: { "event.data.x": 1 } },
    });
    const { handler, writer } = createTestRouter([document("shop", renamed, flat)]);
    await handler(kinesisEvent([lineOf(numbers), lineOf(`{"inner":${numbers}}`)]), context);
    expect(textOf(writer("renamed").taken[0]?.data)).toContain(`"data":${numbers.replace('"a"', '"z"')}`);
    const inner = numbers.replaceAll(/"([a-z])":/g, '"inner_$1":').replace("}", ',"x":1}');
    expect(textOf(writer("flat").taken[1]?.data)).toContain(`"data":${inner}`);
  });

  test("are written with the router's note behind them, so that a copy is one JSON object", async () => {
    const { handler, writer } = createTestRouter([document("shop", whole)]);
    const line = lineOf(numbers);
    await handler(kinesisEvent([line]), context);
    const copy = textOf(writer("whole").taken[0]?.data);
    expect(copy.startsWith(line.slice(0, line.indexOf(',"processing"')))).toBe(true);
    expect(JSON.parse(copy)).toMatchObject({ processing: { enrichment: {}, router: { routes: ["shop/whole"] } } });
  });

  test("of a line that was not written as enrichment writes them keep their digits as well", async () => {
    const { handler, writer } = createTestRouter([document("shop", whole)]);
    await handler(kinesisEvent([lineOf(numbers).replace('"processing":', '"processing" : ')]), context);
    expect(textOf(writer("whole").taken[0]?.data)).toContain(`"data":${numbers}`);
  });

  test.each([
    ["9007199254740993", ["exact"]],
    ["9007199254740992", []],
  ])("match a pattern [9007199254740993] by their digits: %s", async (id, expected) => {
    const tests = [1, 2].map((value) => ({
      name: `number ${value}`,
      event: { event: { data: { id: value } } },
      matches: value === 1,
    }));
    const exact = route("exact", "order", "exact", { pattern: { event: { data: { id: [1] } } }, tests });
    // The digits of a number cannot be written in this file: they would be a double's.
    const text = JSON.stringify(document("shop", exact))
      .replaceAll(/"id":2/g, '"id":9007199254740992')
      .replaceAll(/"id":(\[?)1/g, '"id":$19007199254740993');
    const parsed = parseRouteDocument(text, "shop.json");
    expect(parsed.errors).toEqual([]);
    const { handler, writer } = createTestRouter([parsed.value as RouteDocument]);
    await handler(kinesisEvent([lineOf(`{"id":${id}}`)]), context);
    expect(writer("exact").taken.map(() => "exact")).toEqual(expected);
  });

  test("make different partition keys when one double stands for them", async () => {
    const byId = route("by-id", "order", "by-id", { partitionKey: "event.data.id" });
    const { handler, writer } = createTestRouter([document("shop", byId)]);
    await handler(kinesisEvent([lineOf('{"id":9007199254740993}'), lineOf('{"id":9007199254740992.0}')]), context);
    expect(writer("by-id").taken.map(({ partitionKey }) => partitionKey)).toEqual([
      "9007199254740993",
      "9007199254740992",
    ]);
  });
});
