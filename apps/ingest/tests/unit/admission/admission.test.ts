import { describe, expect, test } from "@jest/globals";
import { VirtualClock } from "@millrace/aws-simulator";
import { Admission } from "../../../src/admission/admission.ts";
import { Breaker } from "../../../src/admission/breaker.ts";
import { idleLoad, type Load } from "../../../src/admission/load-watch.ts";
import { EVENT_OVERHEAD_BYTES, RECORD_COPIES, REQUEST_OVERHEAD_BYTES, TURN_MS } from "../../../src/limits.ts";
import { createKeyring, hashWriteKey, type Quotas, type Sender } from "../../../src/write-keys.ts";
import { createManualClock } from "../../support/manual-clock.ts";

const senderOf = (name: string, quotas?: Quotas): Sender =>
  createKeyring([{ name, sha256: hashWriteKey(name), tenantId: "t", sources: ["*"], quotas }]).identify(name);

function create(load: Load = idleLoad) {
  const clock = createManualClock();
  const breaker = new Breaker();
  const admission = new Admission({ maxBytes: 300_000, maxRequests: 30, clock, random: () => 0, load, breaker });
  return { admission, breaker, clock };
}

const codeOf = (run: () => unknown): unknown => {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as { code: unknown }).code;
  }
};

describe("admission", () => {
  test("charges what has arrived, then the request, then each event and its record, and gives all of it back", () => {
    const { admission } = create();
    const ticket = admission.enter(senderOf("a"));
    expect(admission.bytes.used).toBe(0);
    ticket.charge(1_000);
    ticket.start(1_000);
    ticket.hold(2_000, 3);
    expect(admission.bytes.used).toBe(
      1_000 + REQUEST_OVERHEAD_BYTES + 2_000 * RECORD_COPIES + 3 * EVENT_OVERHEAD_BYTES,
    );
    expect(admission.requests.used).toBe(1);
    ticket.release();
    ticket.release();
    expect([admission.bytes.used, admission.requests.used]).toEqual([0, 0]);
  });

  test("refuses a key that holds its share of memory or requests, and no other", () => {
    const { admission } = create();
    const greedy = senderOf("greedy");
    admission.enter(greedy).charge(190_000);
    expect(codeOf(() => admission.enter(greedy).charge(50_000))).toBe("key-over-share");
    expect(codeOf(() => admission.enter(senderOf("other")).charge(50_000))).toBeUndefined();
    const { admission: requests } = create();
    expect(codeOf(() => Array.from({ length: 21 }, () => requests.enter(greedy).start(0)))).toBe("key-over-share");
    expect(codeOf(() => requests.enter(senderOf("other")).start(0))).toBeUndefined();
  });

  test("refuses a key before its body is read when its turn would come too late, and no other", async () => {
    const clock = new VirtualClock();
    const turns: (() => void)[] = [];
    let elapsedMs = 0;
    const turnClock = { elapsedMs: () => elapsedMs, defer: (turn: () => void) => void turns.push(turn) };
    const options = { maxBytes: 300_000, maxRequests: 30, clock, random: () => 0, load: idleLoad };
    const admission = new Admission({ ...options, breaker: new Breaker(), turnClock });
    const greedy = senderOf("greedy");
    const ticket = admission.enter(greedy);
    const read = () => {
      elapsedMs += TURN_MS;
      return Promise.resolve();
    };
    for (let request = 0; request < 60; request += 1) void ticket.takeTurn(0, read).catch(() => undefined);
    expect(codeOf(() => admission.enter(greedy))).toBeUndefined();
    for (let turn = 0; turn < 10; turn += 1) {
      await clock.runFor(100);
      turns.shift()?.();
    }
    expect(codeOf(() => admission.enter(greedy))).toBe("key-over-share");
    expect(codeOf(() => admission.enter(senderOf("other")))).toBeUndefined();
  });

  test("does not read a body when its turn comes and there is no room for its records", async () => {
    const { admission } = create();
    const ticket = admission.enter(senderOf("a"));
    ticket.charge(60_000);
    let isRead = false;
    const reading = ticket.takeTurn(60_000, async () => {
      isRead = true;
      await Promise.resolve();
    });
    await expect(reading).rejects.toMatchObject({ code: "key-over-share" });
    expect([isRead, admission.bytes.used]).toEqual([false, 0]);
  });

  test("a refused charge leaves nothing behind", () => {
    const { admission } = create();
    const ticket = admission.enter(senderOf("a"));
    ticket.charge(100_000);
    expect(codeOf(() => ticket.charge(300_000))).toBe("overloaded");
    expect(admission.bytes.used).toBe(0);
  });

  test("keeps a key to its quotas of events and bytes, with the time to come back", () => {
    const { admission, clock } = create();
    const metered = senderOf("metered", { eventsPerSecond: 10, burstSeconds: 1 });
    admission.enter(metered).hold(0, 30);
    expect(() => admission.enter(metered)).toThrow(
      expect.objectContaining({ code: "quota-exceeded", facts: { retryAfterSeconds: 2 } }),
    );
    clock.advance(2_001);
    expect(codeOf(() => admission.enter(metered))).toBeUndefined();
    const byBytes = senderOf("by bytes", { bytesPerSecond: 1_000 });
    admission.enter(byBytes).start(10_000);
    expect(codeOf(() => admission.enter(byBytes))).toBe("quota-exceeded");
  });

  test("goes on counting when the key document is read again", () => {
    const { admission } = create();
    const quotas = { eventsPerSecond: 1, burstSeconds: 10 };
    admission.enter(senderOf("a", quotas)).hold(0, 11);
    expect(codeOf(() => admission.enter(senderOf("a", { ...quotas })))).toBe("quota-exceeded");
    expect(codeOf(() => admission.enter(senderOf("a", { eventsPerSecond: 2 })))).toBeUndefined();
  });

  test("takes nobody when the loop or the heap has no more to give", () => {
    const { admission } = create({ isExhausted: true });
    expect(codeOf(() => admission.enter(senderOf("a")))).toBe("overloaded");
  });

  test("refuses at once while the stream is away, but for a request a second", () => {
    const { admission, breaker, clock } = create();
    breaker.started(clock.now());
    clock.advance(8_000);
    const sender = senderOf("a");
    expect(codeOf(() => admission.enter(sender))).toBeUndefined();
    expect(() => admission.enter(sender)).toThrow(
      expect.objectContaining({ code: "stream-unavailable", facts: { retryAfterSeconds: 4 } }),
    );
  });

  test("books what an unknown sender holds on the key that the body names", () => {
    const { admission } = create();
    const ticket = admission.enter(undefined);
    ticket.charge(150_000);
    admission.assign(ticket, senderOf("a"));
    expect(codeOf(() => admission.enter(undefined).charge(60_000))).toBeUndefined();
    expect(codeOf(() => admission.enter(senderOf("a")).charge(60_000))).toBe("key-over-share");
    ticket.release();
    expect(admission.bytes.used).toBe(60_000);
  });
});
