import { Agent, request } from "node:http";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { greedyKey, otherKeys, type SendersOrder, type SendersReport } from "./protocol.ts";
import type { Attack } from "./scenarios.ts";

/** Senders in a process of their own: `node bench/overload/senders.ts <SendersOrder as JSON>`, started by `main.ts`. */

const order = JSON.parse(process.argv[2] ?? "") as SendersOrder;
const endMs = Date.now() + order.seconds * 1_000;
const statuses: Record<string, number> = {};
const durationsMs: number[] = [];

const eventOf = (index: number, data: unknown) => ({
  specversion: "1.0",
  source: "https://shop.example/a",
  type: "custom.event",
  subject: `s${index}`,
  data,
});

interface Body {
  readonly bytes: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

function makeBody(kind: Attack["body"]): Body {
  const json = { "content-type": "application/json" };
  const batch = (events: number, data: unknown) =>
    Buffer.from(JSON.stringify(Array.from({ length: events }, (_, index) => eventOf(index, data))));
  switch (kind) {
    case "small-events":
      return { bytes: batch(500, 1), headers: json };
    case "large-events":
      return { bytes: batch(10, "x".repeat(14_800)), headers: json };
    case "full-bodies":
      return { bytes: batch(500, "x".repeat(4_000)), headers: json };
    case "brackets":
      return { bytes: gzipSync(Buffer.alloc(2_000_000, "[")), headers: { ...json, "content-encoding": "gzip" } };
    case "names": {
      const names = Array.from({ length: 150_000 }, (_, index) => [`x${index}`, 1]);
      const event = { ...eventOf(0, 1), ...(Object.fromEntries(names) as Record<string, unknown>) };
      return { bytes: Buffer.from(JSON.stringify(event)), headers: json };
    }
    default:
      return { bytes: batch(1, 1), headers: json };
  }
}

function post(agent: Agent, key: string, { bytes, headers }: Body): Promise<string> {
  return new Promise((resolve) => {
    const outgoing = request(
      {
        agent,
        port: order.port,
        path: "/v1/events",
        method: "POST",
        headers: { ...headers, authorization: `Bearer ${key}`, "content-length": bytes.byteLength },
      },
      (response) => {
        response.resume();
        response.on("end", () => resolve(String(response.statusCode)));
        response.on("error", () => resolve("none"));
      },
    );
    outgoing.on("error", () => resolve("none"));
    outgoing.end(bytes);
  });
}

const pause = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));

/** Sends until the time is over; waits a little after a refusal, as no polite client would. */
async function sendOn(agent: Agent, key: string, body: Body, pauseMs: number): Promise<void> {
  while (Date.now() < endMs) {
    const startedMs = performance.now();
    const status = await post(agent, key, body);
    durationsMs.push(performance.now() - startedMs);
    statuses[status] = (statuses[status] ?? 0) + 1;
    await pause(status === "202" ? pauseMs : Math.max(10, pauseMs));
  }
}

async function open(): Promise<ReturnType<typeof connect>> {
  const socket = connect(order.port, "127.0.0.1");
  socket.on("error", () => undefined).resume();
  await new Promise<void>((resolve) => {
    socket.once("connect", resolve);
    socket.once("close", () => resolve());
  });
  return socket;
}

async function attack({ idle = 0, slow = 0, busy = 0, body }: Attack): Promise<void> {
  for (let opened = 0; opened < idle; opened += 100) await Promise.all(Array.from({ length: 100 }, open));
  const head =
    `POST /v1/events HTTP/1.1\r\nhost: i\r\nauthorization: Bearer ${greedyKey}\r\n` +
    "content-type: application/json\r\ncontent-length: 2097152\r\n\r\n";
  for (let opened = 0; opened < slow; opened += 100) {
    for (const socket of await Promise.all(Array.from({ length: 100 }, open))) {
      socket.write(head);
      const timer = setInterval(() => void socket.write(" "), 1_000);
      socket.once("close", () => clearInterval(timer));
    }
  }
  process.send?.("ready");
  const agent = new Agent({ keepAlive: true });
  const made = makeBody(body);
  await Promise.all([
    pause(endMs - Date.now()),
    ...Array.from({ length: busy }, () => sendOn(agent, greedyKey, made, 0)),
  ]);
}

if (order.kind === "greedy") {
  await attack(order.attack);
} else {
  const agent = new Agent({ keepAlive: true });
  await Promise.all(otherKeys.map((key) => sendOn(agent, key, makeBody("one-event"), 50)));
}
durationsMs.sort((a, b) => a - b);
const quantileMs = (part: number) => Math.round(durationsMs[Math.floor(durationsMs.length * part)] ?? 0);
const report: SendersReport = { statuses, p50Ms: quantileMs(0.5), p99Ms: quantileMs(0.99) };
process.send?.(report, () => process.exit(0));
