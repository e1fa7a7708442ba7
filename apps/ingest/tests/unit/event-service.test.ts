import { decodeRecord } from "@millrace/event-contracts";
import { describe, expect, test } from "@jest/globals";
import type { EventReply, EventRequest } from "../../src/event-service.ts";
import { MemoryStream } from "../support/memory-stream.ts";
import { anEvent, backendKey, createTestCore, receivedAt, shopKey } from "../support/test-service.ts";

const context = { tenantid: "shop", receivedat: receivedAt, senderkind: "browser" };
const backendContext = { ...context, senderkind: "backend" };

interface Handled {
  readonly reply: EventReply;
  readonly json: Record<string, unknown>;
  readonly stream: MemoryStream;
}

async function handle(
  body: string | Uint8Array,
  headers: EventRequest["headers"] = {},
  options: { stream?: MemoryStream; clientIp?: string; maxEventBytes?: number; maxEventsPerRequest?: number } = {},
): Promise<Handled> {
  const stream = options.stream ?? new MemoryStream();
  const service = createTestCore({ putRecords: stream, ...options });
  const reply = await service.handle({
    headers: { authorization: `Bearer ${shopKey}`, "content-type": "application/json", ...headers },
    body: typeof body === "string" ? Buffer.from(body) : body,
    clientIp: options.clientIp,
  });
  return { reply, json: JSON.parse(reply.body) as Record<string, unknown>, stream };
}

const json = (value: unknown) => JSON.stringify(value);

/** The one rejection of an event that is sent alone. */
async function rejectionOf(event: unknown, headers: EventRequest["headers"] = {}): Promise<Record<string, unknown>> {
  const { json: problem } = await handle(typeof event === "string" ? event : json(event), headers);
  return (problem["rejected"] as Record<string, unknown>[])[0] ?? {};
}

describe("content modes", () => {
  const stored = (overrides = {}) => ({ ...anEvent(overrides), ...context });

  test("one event as application/json", async () => {
    const { reply, json: answer, stream } = await handle(json(anEvent()));
    expect(reply.status).toBe(202);
    expect(answer).toEqual({ accepted: 1, ids: ["1"] });
    expect(stream.events).toEqual([stored()]);
    expect(stream.records[0]?.partitionKey).toBe("visitor-7");
  });

  test("an array as application/json", async () => {
    const { json: answer, stream } = await handle(json([anEvent(), anEvent({ id: "2", subject: "visitor-8" })]));
    expect(answer).toEqual({ accepted: 2, ids: ["1", "2"] });
    expect(stream.events).toEqual([stored(), stored({ id: "2", subject: "visitor-8" })]);
  });

  test.each(["application/x-ndjson", "application/ndjson", "application/jsonl; charset=UTF-8"])(
    "one event a line as %s, with blank lines, CRLF and no last line break",
    async (contentType) => {
      const body = `${json(anEvent())}\r\n\n   \n${json(anEvent({ id: "2" }))}`;
      const { json: answer, stream } = await handle(body, { "content-type": contentType });
      expect(answer).toEqual({ accepted: 2, ids: ["1", "2"] });
      expect(stream.events).toEqual([stored(), stored({ id: "2" })]);
    },
  );

  test("CloudEvents structured mode", async () => {
    const { json: answer } = await handle(json(anEvent()), {
      "content-type": 'application/cloudevents+json; charset="utf-8"',
    });
    expect(answer).toEqual({ accepted: 1, ids: ["1"] });
  });

  test("CloudEvents structured mode holds one event, not an array", async () => {
    const { json: problem } = await handle(json([anEvent()]), { "content-type": "application/cloudevents+json" });
    expect(problem).toMatchObject({ code: "event-not-an-object", detail: "Expected a JSON object, got an array." });
  });

  test("CloudEvents batched mode holds an array, not one event", async () => {
    const headers = { "content-type": "application/cloudevents-batch+json" };
    expect((await handle(json([anEvent()]), headers)).json).toEqual({ accepted: 1, ids: ["1"] });
    expect((await handle(json(anEvent()), headers)).json).toMatchObject({ code: "event-not-an-object" });
  });

  const binaryHeaders = {
    "ce-specversion": "1.0",
    "ce-id": "1",
    "ce-source": "https://shop.example/web",
    "ce-type": "search.click",
    "ce-subject": "Euro%20%E2%82%AC%20%F0%9F%98%80",
    "ce-time": "2025-12-31T23:59:59Z",
    "ce-abtest": '"a \\"b\\" c"',
  };

  test("CloudEvents binary mode: attributes percent-decoded and unquoted, the body is the data", async () => {
    const { json: answer, stream } = await handle('{ "rank": 1e400 }', binaryHeaders);
    expect(answer).toEqual({ accepted: 1, ids: ["1"] });
    expect(stream.events).toEqual([
      {
        specversion: "1.0",
        id: "1",
        source: "https://shop.example/web",
        type: "search.click",
        subject: "Euro € 😀",
        time: "2025-12-31T23:59:59Z",
        abtest: 'a "b" c',
        datacontenttype: "application/json",
        ...context,
        data: { rank: Number.POSITIVE_INFINITY },
      },
    ]);
    expect(stream.lines[0]).toContain('"data":{ "rank": 1e400 }');
  });

  test("binary mode with text makes a JSON string, without a body there is no data", async () => {
    const text = await handle("a,b\n1,2", { ...binaryHeaders, "content-type": "text/csv" });
    expect(text.stream.events[0]).toMatchObject({ datacontenttype: "text/csv", data: "a,b\n1,2" });
    const none = await handle("", { ...binaryHeaders, "content-type": undefined });
    expect(none.json).toEqual({ accepted: 1, ids: ["1"] });
    expect(none.stream.events[0]).not.toHaveProperty("data");
  });

  test("binary mode refuses what its headers cannot mean", async () => {
    const rejectionWith = (headers: EventRequest["headers"]) => rejectionOf("{}", { ...binaryHeaders, ...headers });
    expect(await rejectionWith({ "ce-subject": "%C0%A0" })).toMatchObject({ code: "invalid-attribute-value" });
    expect(await rejectionWith({ "ce-id": ["1", "2"] })).toMatchObject({
      code: "duplicate-attribute",
      attribute: "id",
    });
    expect(await rejectionWith({ "ce-datacontenttype": "a/b" })).toMatchObject({ code: "invalid-attribute-name" });
    expect(await rejectionWith({ "ce-tenantid": "other" })).toMatchObject({ code: "reserved-attribute" });
    expect(await rejectionWith({ "ce-type": undefined })).toMatchObject({ code: "missing-attribute" });
    const { json: problem } = await handle("{,}", binaryHeaders);
    expect(problem).toMatchObject({ code: "malformed-json", line: 1, column: 2 });
  });

  test("a byte order mark is ignored", async () => {
    expect((await handle(`\ufeff${json(anEvent())}`)).json).toEqual({ accepted: 1, ids: ["1"] });
  });
});

describe("data", () => {
  test.each([
    "12345678901234567890",
    "1e400",
    "-0.10000000000000000000000001",
    '{"a":1,"a":2,"__proto__":{"x":1}}',
    '"\\ud800 \\u0041\\/"',
    "[ 1 ,\t2 ]",
    "null",
    '{"é":"\u2028"}',
  ])("%s is stored as it was written", async (data) => {
    for (const contentType of ["application/json", "application/x-ndjson"]) {
      const { stream } = await handle(
        `{"specversion":"1.0","source":"https://shop.example/web","type":"t","data":${data}}`,
        {
          "content-type": contentType,
        },
      );
      expect(stream.lines[0]).toContain(`,"data":${data}}`);
    }
  });

  test("line breaks between tokens go, because a line is an event", async () => {
    const { stream } = await handle(
      JSON.stringify(anEvent({ data: { a: ["x\ny", 1] } }), null, 2).replaceAll("\n", "\r\n"),
    );
    expect(stream.lines).toHaveLength(1);
    expect(stream.events[0]).toMatchObject({ data: { a: ["x\ny", 1] } });
  });

  test("data_base64 that holds JSON becomes data", async () => {
    const { stream } = await handle(
      json(anEvent({ data: undefined, data_base64: Buffer.from(' {"big":12345678901234567890} ').toString("base64") })),
    );
    expect(stream.lines[0]).toContain(',"data":{"big":12345678901234567890}}');
    expect(stream.events[0]).not.toHaveProperty("data_base64");
  });

  test.each([
    [{ data: 1, data_base64: "MQ==" }, "unsupported-data"],
    [{ data: undefined, data_base64: "MQ==", datacontenttype: "image/png" }, "unsupported-data"],
    [{ data: undefined, data_base64: Buffer.from("{").toString("base64") }, "unsupported-data"],
    [{ data: undefined, data_base64: "/w==" }, "unsupported-data"],
    [{ data: undefined, data_base64: "abc" }, "invalid-attribute-type"],
    [{ data: undefined, data_base64: 7 }, "invalid-attribute-type"],
  ])("%j is refused as %s", async (overrides, code) => {
    expect(await rejectionOf(anEvent(overrides))).toMatchObject({ code, attribute: "data_base64" });
  });

  test("data may be nested up to the limit, in every mode", async () => {
    const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
    const event = (levels: number) =>
      `{"specversion":"1.0","source":"https://shop.example/web","type":"t","data":${nested(levels)}}`;
    expect((await handle(event(63))).reply.status).toBe(202);
    expect(await rejectionOf(event(64))).toMatchObject({ code: "event-too-deep" });
    const binary = { "ce-specversion": "1.0", "ce-source": "https://shop.example/web", "ce-type": "t" };
    expect((await handle(nested(63), binary)).reply.status).toBe(202);
    expect((await handle(nested(64), binary)).json).toMatchObject({ code: "event-too-deep" });
  });
});

describe("attributes", () => {
  test("a missing id and time are filled in, null counts as missing", async () => {
    const { json: answer, stream } = await handle(
      json([anEvent({ id: null, time: undefined, subject: null }), anEvent({ id: undefined, time: null })]),
    );
    expect(answer).toEqual({ accepted: 2, ids: ["id-1", "id-2"] });
    expect(stream.events[0]).toMatchObject({ id: "id-1", time: receivedAt });
    expect(stream.events[0]).not.toHaveProperty("subject");
    expect(stream.records.map(({ partitionKey }) => partitionKey)).toEqual(["id-1", "visitor-7"]);
  });

  test("extension attributes are kept", async () => {
    const extensions = { abtest: "b", experiment2: true, level: -2_147_483_648 };
    expect((await handle(json(anEvent(extensions)))).stream.events[0]).toMatchObject(extensions);
  });

  test("what the request says is added to every event", async () => {
    const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const headers = {
      "user-agent": 'UA "1"',
      referer: "https://shop.example/?q=é",
      origin: "https://shop.example",
      traceparent,
    };
    const { stream } = await handle(json([anEvent(), anEvent({ traceparent: "own" })]), headers, {
      clientIp: "192.0.2.7",
    });
    const expected = {
      ...context,
      clientip: "192.0.2.7",
      useragent: 'UA "1"',
      referer: "https://shop.example/?q=é",
      origin: "https://shop.example",
    };
    expect(stream.events).toEqual([
      { ...anEvent(), ...expected, traceparent },
      { ...anEvent(), ...expected, traceparent: "own" },
    ]);
  });

  test("client hints of the request become one attribute, without a quote in it", async () => {
    const headers = {
      "sec-ch-ua": '"Chromium";v="131", "Not_A Brand";v="24"',
      "sec-ch-ua-mobile": "?1",
      "sec-ch-ua-platform": '"Android"',
    };
    const [event] = (await handle(json(anEvent()), headers)).stream.events;
    const hints = new URLSearchParams(String(event?.["clienthints"]));
    expect(Object.fromEntries(hints)).toEqual({
      ua: headers["sec-ch-ua"],
      mobile: "?1",
      platform: '"Android"',
    });
    expect(event?.["clienthints"]).not.toContain('"');
    const long = { ...headers, "sec-ch-ua-model": `"${"m".repeat(2_000)}"` };
    expect((await handle(json(anEvent()), long)).stream.events[0]).not.toHaveProperty("clienthints");
  });

  test("headers are cut before they multiply, a broken traceparent is ignored", async () => {
    const headers = {
      "user-agent": "u".repeat(5_000),
      referer: "r".repeat(5_000),
      origin: "o".repeat(5_000),
      traceparent: "x",
    };
    const [event] = (await handle(json(anEvent()), headers)).stream.events;
    expect(String(event?.["useragent"])).toHaveLength(1_024);
    expect(String(event?.["referer"])).toHaveLength(2_048);
    expect(String(event?.["origin"])).toHaveLength(512);
    expect(event).not.toHaveProperty("traceparent");
  });

  test("a back end names the end user in headers, for events that do not say it themselves", async () => {
    const headers = {
      authorization: `Bearer ${backendKey}`,
      "user-agent": "aws-sdk-java/2",
      "millrace-client-ip": "203.0.113.9",
      "millrace-client-user-agent": "Mozilla/5.0",
    };
    const stated = { clientip: "2001:db8::1" };
    const { stream } = await handle(json([anEvent(stated), anEvent()]), headers, { clientIp: "10.0.0.1" });
    expect(stream.events).toEqual([
      { ...anEvent(), ...backendContext, ...stated, useragent: "Mozilla/5.0" },
      { ...anEvent(), ...backendContext, clientip: "203.0.113.9", useragent: "Mozilla/5.0" },
    ]);
    const unusable = { ...headers, "millrace-client-ip": "unknown", "millrace-client-user-agent": "" };
    expect((await handle(json(anEvent()), unusable)).stream.events).toEqual([{ ...anEvent(), ...backendContext }]);
  });

  test("a browser's request does not name another end user", async () => {
    const headers = { "millrace-client-ip": "203.0.113.9", "millrace-client-user-agent": "Mozilla/5.0" };
    const { stream } = await handle(json(anEvent()), headers, { clientIp: "198.51.100.1" });
    expect(stream.events).toEqual([{ ...anEvent(), ...context, clientip: "198.51.100.1" }]);
  });

  test("a back end states its clients' attributes, and its own are not taken", async () => {
    const headers = { authorization: `Bearer ${backendKey}`, "user-agent": "node" };
    const stated = { clientip: "2001:db8::1", useragent: "Mozilla/5.0" };
    const { stream } = await handle(json([anEvent(stated), anEvent()]), headers, { clientIp: "10.0.0.1" });
    expect(stream.events).toEqual([
      { ...anEvent(), ...stated, ...backendContext },
      { ...anEvent(), ...backendContext },
    ]);
    const { json: problem } = await handle(json(anEvent({ clientip: "nowhere" })), headers);
    expect(problem).toMatchObject({ code: "invalid-attribute-value" });
    expect((await handle(json(anEvent({ useragent: 7 })), headers)).json).toMatchObject({
      code: "invalid-attribute-type",
    });
  });

  test("a text of nothing but brackets ends the request where it goes too deep", async () => {
    const { json: problem } = await handle(`[${json(anEvent())},${"[".repeat(500_000)}`);
    expect(problem).toMatchObject({ code: "event-too-deep", limit: 64, line: 1 });
    const { json: ofLines } = await handle(`${json(anEvent())}\n${'{"a":'.repeat(100_000)}`, {
      "content-type": "application/x-ndjson",
    });
    expect(ofLines).toMatchObject({ code: "event-too-deep", line: 2 });
  });

  test("an event with 150,000 members has one fault, and its neighbours are taken", async () => {
    const members = Array.from({ length: 150_000 }, (_, index) => [`x${index}`, 1]);
    const batch = [anEvent(Object.fromEntries(members) as Record<string, unknown>), anEvent({ id: "2" })];
    const { json: answer } = await handle(json(batch));
    expect(answer).toMatchObject({ accepted: 1, ids: ["2"], rejected: [{ index: 0, code: "too-many-attributes" }] });
  });

  test.each<[Record<string, unknown>, string, string | undefined]>([
    [{ specversion: "0.3" }, "unsupported-specversion", "specversion"],
    [{ specversion: 1 }, "invalid-attribute-type", "specversion"],
    [{ specversion: undefined }, "missing-attribute", "specversion"],
    [{ source: undefined }, "missing-attribute", "source"],
    [{ type: null }, "missing-attribute", "type"],
    [{ id: 1 }, "invalid-attribute-type", "id"],
    [{ id: "" }, "invalid-attribute-value", "id"],
    [{ id: "a\u0000" }, "invalid-attribute-value", "id"],
    [{ type: { a: 1 } }, "invalid-attribute-type", "type"],
    [{ subject: "" }, "invalid-attribute-value", "subject"],
    [{ subject: ["a"] }, "invalid-attribute-type", "subject"],
    [{ subject: "\ud800" }, "invalid-attribute-value", "subject"],
    [{ source: "not a uri" }, "invalid-attribute-value", "source"],
    [{ time: "yesterday" }, "invalid-attribute-value", "time"],
    [{ time: 1_795_373_400 }, "invalid-attribute-type", "time"],
    [{ dataschema: "relative" }, "invalid-attribute-value", "dataschema"],
    [{ datacontenttype: "json" }, "invalid-attribute-value", "datacontenttype"],
    [{ userId: "u" }, "invalid-attribute-name", undefined],
    [{ ["__proto__x"]: "u" }, "invalid-attribute-name", undefined],
    [{ context: {} }, "invalid-attribute-type", "context"],
    [{ rank: 1.5 }, "invalid-attribute-type", "rank"],
    [{ rank: 2_147_483_648 }, "invalid-attribute-type", "rank"],
    [{ abtest: "\u0007" }, "invalid-attribute-value", "abtest"],
    [{ tenantid: "other" }, "reserved-attribute", "tenantid"],
    [{ receivedat: "2020-01-01T00:00:00Z" }, "reserved-attribute", "receivedat"],
    [{ replayedat: "2020-01-01T00:00:00Z" }, "reserved-attribute", "replayedat"],
    [{ erasedat: "2020-01-01T00:00:00Z" }, "reserved-attribute", "erasedat"],
    [{ senderkind: "browser" }, "reserved-attribute", "senderkind"],
    [{ canary: true }, "reserved-attribute", "canary"],
    [{ clientip: "192.0.2.1" }, "reserved-attribute", "clientip"],
  ])("%j is refused as %s", async (overrides, code, attribute) => {
    const rejection = await rejectionOf(anEvent(overrides));
    expect(rejection).toMatchObject({ index: 0, code, ...(attribute !== undefined && { attribute }) });
  });

  test.each([
    "id",
    "source",
    "type",
    "subject",
    "time",
    "specversion",
    "datacontenttype",
    "dataschema",
    "abtest",
    "data",
  ])("`%s` given twice is refused, because readers would disagree", async (name) => {
    const all = { ...anEvent(), datacontenttype: "application/json", dataschema: "urn:x", abtest: "b" };
    const text = json(all);
    const member = `${json(name)}:${json((all as Record<string, unknown>)[name])}`;
    expect(await rejectionOf(`{${member},${text.slice(1)}`)).toMatchObject({
      code: "duplicate-attribute",
      attribute: name,
    });
  });

  test("an escaped name is the same name", async () => {
    const text = json(anEvent());
    expect(await rejectionOf(`{"\\u0074enantid":"other",${text.slice(1)}`)).toMatchObject({
      code: "reserved-attribute",
    });
  });
});

describe("partial acceptance", () => {
  const badLine = "{nonsense";

  test("good events are taken, each bad one is listed with index and reason", async () => {
    const body = [json(anEvent()), badLine, json(anEvent({ id: "3", type: 7 })), "[]", json(anEvent({ id: "5" }))].join(
      "\n",
    );
    const { reply, json: answer, stream } = await handle(body, { "content-type": "application/x-ndjson" });
    expect(reply.status).toBe(202);
    expect(answer).toEqual({
      accepted: 2,
      ids: ["1", "5"],
      rejected: [
        {
          index: 1,
          code: "malformed-json",
          detail: "Expected a string in double quotes, at line 2, column 2.",
          line: 2,
          column: 2,
        },
        { index: 2, code: "invalid-attribute-type", detail: "Expected `type` to be a string.", attribute: "type" },
        { index: 3, code: "event-not-an-object", detail: "Expected a JSON object, got an array." },
      ],
    });
    expect(stream.events.map(({ id }) => id)).toEqual(["1", "5"]);
    expect(reply).toMatchObject({ accepted: 2, code: undefined });
    expect(reply.rejections).toHaveLength(3);
  });

  test("when all are bad in the same way, that is the answer", async () => {
    const elsewhere = anEvent({ source: "https://evil.example" });
    const { reply, json: problem, stream } = await handle(json([elsewhere, elsewhere]));
    expect(reply.status).toBe(403);
    expect(problem).toMatchObject({ status: 403, code: "source-not-allowed", accepted: 0, ids: [] });
    expect(problem["rejected"]).toHaveLength(2);
    expect(stream.records).toEqual([]);
  });

  test("when each is bad in its own way, the answer says so", async () => {
    const { reply, json: problem } = await handle(json([1, anEvent({ id: 1 })]));
    expect(reply.status).toBe(400);
    expect(problem).toMatchObject({ code: "no-event-accepted", detail: "None of the 2 events was accepted." });
  });

  test("one event alone carries its facts at the top", async () => {
    const { json: problem } = await handle(json(anEvent({ data: "x".repeat(2_000) })), {}, { maxEventBytes: 1_500 });
    expect(problem).toMatchObject({ status: 413, code: "event-too-large", limit: 1_500 });
    expect(problem["detail"]).toMatch(/^The event takes 2\d{3} bytes as it is stored; the limit is 1500\.$/);
  });

  test("the size of an event counts bytes, not characters", async () => {
    const options = { maxEventBytes: 1_024 };
    const stored = (await handle(json(anEvent({ data: "" })), {}, options)).stream.lines[0]?.length ?? 0;
    const room = 1_024 - stored - 1;
    expect((await handle(json(anEvent({ data: "x".repeat(room) })), {}, options)).reply.status).toBe(202);
    expect((await handle(json(anEvent({ data: "x".repeat(room + 1) })), {}, options)).reply.status).toBe(413);
    expect((await handle(json(anEvent({ data: "é".repeat(room / 2 + 1) })), {}, options)).reply.status).toBe(413);
  });

  test("a fault of an event deep in an array does not hide the events behind it", async () => {
    const deep = `{"x":${"[".repeat(5_000)}${"]".repeat(5_000)}}`;
    const { json: answer } = await handle(`[${deep},${json(anEvent())}]`);
    expect(answer).toMatchObject({ accepted: 1, rejected: [{ index: 0, code: "invalid-attribute-type" }] });
  });

  test("too many events are refused as a whole, in an array and in lines", async () => {
    const options = { maxEventsPerRequest: 2 };
    const events = [anEvent(), anEvent({ id: "2" }), anEvent({ id: "3" })];
    expect((await handle(json(events.slice(0, 2)), {}, options)).reply.status).toBe(202);
    for (const [body, contentType] of [
      [json(events), "application/json"],
      [events.map(json).join("\n"), "application/x-ndjson"],
    ] as const) {
      const { reply, json: problem, stream } = await handle(body, { "content-type": contentType }, options);
      expect(reply.status).toBe(413);
      expect(problem).toMatchObject({ code: "too-many-events", limit: 2 });
      expect(stream.records).toEqual([]);
    }
  });
});

describe("records", () => {
  test("events of one subject share a record that event-contracts can read", async () => {
    const events = [anEvent(), anEvent({ id: "2", subject: "other" }), anEvent({ id: "3" })];
    const { stream } = await handle(json(events));
    expect(stream.records.map(({ partitionKey }) => partitionKey)).toEqual(["visitor-7", "other"]);
    const lines = decodeRecord(stream.records[0]?.data ?? new Uint8Array());
    expect(lines.map((line) => line.ok && (line.value as { id: string }).id)).toEqual(["1", "3"]);
  });

  test("a long subject is cut to what Kinesis takes as partition key, and kept whole in the event", async () => {
    const subject = "€".repeat(300);
    const { stream } = await handle(json(anEvent({ subject })));
    expect(Array.from(stream.records[0]?.partitionKey ?? "")).toHaveLength(256);
    expect(stream.events[0]).toMatchObject({ subject });
  });
});

describe("an unavailable stream", () => {
  test("says which events are not confirmed, with the ids to send again", async () => {
    const stream = new MemoryStream();
    stream.decide = ({ partitionKey }) => (partitionKey === "slow" ? "throttled" : "delivered");
    const events = [anEvent(), anEvent({ id: undefined, subject: "slow" }), 5, anEvent({ id: "4", subject: "slow" })];
    const { reply, json: problem } = await handle(json(events), {}, { stream });
    expect(reply.status).toBe(503);
    expect(reply.headers["retry-after"]).toBe("1");
    expect(problem).toMatchObject({
      code: "stream-unavailable",
      accepted: 1,
      ids: ["1"],
      unconfirmed: [
        { index: 1, id: "id-1", reason: "throttled", isAmbiguous: false },
        { index: 3, id: "4", reason: "throttled", isAmbiguous: false },
      ],
      rejected: [{ index: 2, code: "event-not-an-object" }],
    });
  });

  test("an event whose record is refused for good is rejected, not to be sent again; the others keep their fates", async () => {
    const stream = new MemoryStream();
    stream.decide = ({ partitionKey }) =>
      partitionKey === "slow" ? "throttled" : partitionKey === "bad" ? "invalid" : "delivered";
    const bad = anEvent({ id: "2", subject: "bad" });
    const partly = await handle(json([anEvent(), bad]), {}, { stream });
    expect(partly.reply).toMatchObject({ status: 202, accepted: 1 });
    expect(partly.json).toMatchObject({ ids: ["1"], rejected: [{ index: 1, code: "event-not-storable" }] });
    const slow = anEvent({ id: "3", subject: "slow" });
    const mixed = await handle(json([bad, slow]), {}, { stream });
    expect(mixed.reply).toMatchObject({ status: 503, accepted: 0 });
    expect(mixed.json).toMatchObject({
      unconfirmed: [{ index: 1, id: "3" }],
      rejected: [{ index: 0, code: "event-not-storable" }],
    });
  });

  test("no room in put-records is overload", async () => {
    const stream = new MemoryStream();
    stream.decide = () => "refused";
    const { reply, json: problem } = await handle(json(anEvent()), {}, { stream });
    expect(reply.status).toBe(503);
    expect(problem).toMatchObject({ code: "overloaded", unconfirmed: [{ reason: "refused" }] });
  });
});

test("an error nobody expected is answered without its message", async () => {
  const service = createTestCore({
    putRecords: {
      send: async () => {
        throw new Error("secret detail");
      },
    },
  });
  const headers = { authorization: `Bearer ${shopKey}`, "content-type": "application/json" };
  const reply = await service.handle({ headers, body: Buffer.from(json(anEvent())) });
  expect(reply).toMatchObject({ status: 500, code: "internal-error" });
  expect(reply.body).not.toContain("secret");
});
