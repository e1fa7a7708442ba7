/** Compares answers with stored events, over real connections. */
import { connect } from "node:net";
import { afterEach, describe, expect, test } from "@jest/globals";
import { systemClock } from "@millrace/put-records";
import { MemoryStream } from "../support/memory-stream.ts";
import { exchangeRaw } from "../support/raw-http.ts";
import {
  anEvent,
  post,
  shopKey,
  startTestService,
  type TestService,
  type TestServiceOptions,
} from "../support/test-service.ts";

const started: TestService[] = [];

async function start(options: TestServiceOptions = {}): Promise<TestService> {
  const service = await startTestService(options);
  started.push(service);
  return service;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((service) => service.close()));
});

/** Everything that the server sends until it closes the connection. */
function readUntilClosed(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1" }, () => socket.write(bytes, "latin1"));
    let received = "";
    socket.setTimeout(5_000, () => socket.destroy(new Error(`The connection stays open after ${received}`)));
    socket.on("data", (chunk) => (received += chunk.toString()));
    socket.on("error", reject);
    socket.on("close", () => resolve(received));
  });
}

const body = JSON.stringify(anEvent());
const head = (...lines: string[]) =>
  [
    "POST /v1/events HTTP/1.1",
    "host: i",
    `authorization: Bearer ${shopKey}`,
    "content-type: application/json",
    ...lines,
    "",
    "",
  ].join("\r\n");
const counted = head(`content-length: ${body.length}`) + body;
const chunked = `${head("transfer-encoding: chunked")}${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
const statuses = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));

/** A stream that confirms later, so that what follows a request is read before its answer is there. */
class SlowStream extends MemoryStream {
  override async send(...parameters: Parameters<MemoryStream["send"]>): ReturnType<MemoryStream["send"]> {
    await new Promise((resolve) => setImmediate(resolve));
    return super.send(...parameters);
  }
}

describe("a whole request that stray bytes follow gets its own answer, and only that", () => {
  test.each([
    ["a brace after a counted body", `${counted}}`],
    ["more after a counted body", `${counted}}\r\n\r\n{"more":1}`],
    ["a brace after a chunked body", `${chunked}}`],
    ["binary after a counted body", `${counted}\u0000\u0001\u0002`],
  ])("%s", async (_, bytes) => {
    const stream = new SlowStream();
    const service = await start({ putRecords: stream });
    expect(statuses(await readUntilClosed(service.port, bytes))).toEqual([202]);
    expect(stream.events).toHaveLength(1);
  });

  test("also when it is a refusal, and when two requests came before", async () => {
    const stream = new SlowStream();
    const service = await start({ putRecords: stream });
    const refused = counted.replace(shopKey, "nobody");
    expect(statuses(await readUntilClosed(service.port, `${refused}}`))).toEqual([401]);
    expect(statuses(await readUntilClosed(service.port, `${counted}${counted}}`))).toEqual([202, 202]);
    expect(stream.events).toHaveLength(2);
  });

  test("where the body itself is broken, 400 is the answer and nothing is stored", async () => {
    const service = await start();
    const broken = `${head("transfer-encoding: chunked")}${body.length.toString(16)}\r\n${body}XX0\r\n\r\n`;
    expect(statuses(await readUntilClosed(service.port, broken))).toEqual([400]);
    expect(service.stream.events).toEqual([]);
  });
});

describe("text of headers", () => {
  const send = async (lines: string) => {
    const service = await start();
    const request = head(`content-length: ${body.length}`, lines) + body;
    expect((await exchangeRaw(service.port, Buffer.from(request, "latin1"))).status).toBe(202);
    return service.stream.events[0];
  };
  const utf8 = (text: string) => Buffer.from(text).toString("latin1");

  test("in UTF-8 is read as that", async () => {
    expect(
      await send(`user-agent: ${utf8("Über/1 😀")}\r\nreferer: ${utf8("https://shop.example/größe")}`),
    ).toMatchObject({
      useragent: "Über/1 😀",
      referer: "https://shop.example/größe",
    });
  });

  test("in Latin-1 is read as that, without control characters", async () => {
    expect(await send("user-agent: \u00dcber\u0085/1\u009f")).toMatchObject({ useragent: "Über/1" });
  });

  test("is cut between characters", async () => {
    const { useragent } = (await send(`user-agent: a${utf8("😀".repeat(600))}`)) as { useragent: string };
    expect(useragent).toBe(`a${"😀".repeat(511)}`);
  });
});

describe("attributes are bounded", () => {
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`x${index}`, index]));
  test.each([
    ["id", { id: "i".repeat(1_025) }, { code: "attribute-too-long", attribute: "id", limit: 1_024 }],
    ["type", { type: "t".repeat(200_000) }, { code: "attribute-too-long", attribute: "type", limit: 1_024 }],
    ["subject", { subject: "s".repeat(1_025) }, { code: "attribute-too-long", attribute: "subject", limit: 1_024 }],
    ["source", { source: `https://shop.example/${"s".repeat(2_048)}` }, { code: "attribute-too-long", limit: 2_048 }],
    [
      "the value of an extension",
      { ext: "e".repeat(4_097) },
      { code: "attribute-too-long", attribute: "ext", limit: 4_096 },
    ],
    ["the name of an extension", { ["e".repeat(65)]: 1 }, { code: "attribute-too-long", limit: 64 }],
    ["the number of extensions", many(1_000), { code: "too-many-attributes", limit: 64 }],
  ])("%s", async (_, attributes, problem) => {
    const service = await start();
    const { status, json } = await post(service, JSON.stringify(anEvent(attributes)));
    expect([status, json["rejected"]]).toEqual([400, [expect.objectContaining(problem)]]);
    expect(service.stream.events).toEqual([]);
  });

  test("and what is just within the bounds is taken", async () => {
    const service = await start();
    const within = { id: "i".repeat(1_024), subject: "s".repeat(1_024), ...many(63), ext: "e".repeat(4_096) };
    expect((await post(service, JSON.stringify(anEvent(within)))).status).toBe(202);
  });
});

test.each([
  ["9.9.9.9:555", "9.9.9.9"],
  ["[2001:db8::1]:443", "2001:db8::1"],
  ["6.6.6.6, for=198.51.100.9;proto=https", "198.51.100.9"],
])("X-Forwarded-For: %s keeps the address", async (value, clientip) => {
  const service = await start({ trustProxyHops: 1 });
  await post(service, body, { "x-forwarded-for": value });
  expect(service.stream.events[0]).toMatchObject({ clientip });
});

test("a request without Host, and one to a path that is none, are answered with a problem document", async () => {
  const service = await start({ clock: systemClock });
  for (const [request, code] of [
    ["GET / HTTP/1.1\r\n\r\n", "malformed-request"],
    ["GET / HTTP/1.1\r\nhost: i\r\n\r\n", "not-found"],
  ] as const) {
    const answer = await exchangeRaw(service.port, request);
    expect(answer.contentType).toBe("application/problem+json");
    expect(JSON.parse(answer.body)).toMatchObject({ code });
  }
});

test("a body that waits for 100 Continue is asked for only when the key is known", async () => {
  const service = await start();
  const expecting = head(`content-length: ${body.length}`, "expect: 100-continue", "connection: close");
  expect(statuses(await readUntilClosed(service.port, expecting.replace(shopKey, "nobody")))).toEqual([401]);
  expect(statuses(await readUntilClosed(service.port, expecting + body))).toEqual([100, 202]);
});
