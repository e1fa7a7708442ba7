import { expect, test } from "@jest/globals";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { Writable } from "node:stream";
import type { EventSummary, LiveEvents } from "../../src/api.ts";
import { MAX_WAITING_BYTES } from "../../src/events/limits.ts";
import { EventStream, eventSender } from "../../src/server/event-stream.ts";

/** A browser that reads only when it is let. */
function createBrowser() {
  let text = "";
  let isReading = true;
  let waiting: (() => void) | undefined;
  const socket = new Writable({
    write(piece: Buffer, _encoding, done) {
      text += piece.toString();
      if (isReading) done();
      else waiting = done;
    },
  });
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  response.assignSocket(socket as unknown as Socket);
  return {
    response,
    text: () => text,
    stop: () => (isReading = false),
    goOn: async () => {
      isReading = true;
      waiting?.();
      await new Promise((resolve) => socket.write("", resolve));
    },
  };
}

const batch = (count: number): LiveEvents => ({
  events: Array.from({ length: count }, (_, index) => ({ key: `${index}`, id: "x".repeat(180) }) as EventSummary),
  missed: 0,
  totals: { fromMs: null, events: 0, missed: 0, statuses: {}, types: {}, sources: {} },
});

test("a browser that does not keep up loses whole batches, bounds what waits, and hears how many events it lost", async () => {
  const browser = createBrowser();
  const send = eventSender(new EventStream(browser.response));
  browser.stop();
  const batches = 100;
  for (let n = 0; n < batches; n += 1) send(batch(100));
  expect(browser.response.writableLength).toBeLessThan(MAX_WAITING_BYTES + 50_000);
  await browser.goOn();
  send(batch(1));
  await browser.goOn();
  browser.response.destroy();
  const messages = [...browser.text().matchAll(/^data: (.*)$/gm)].map(
    ([, data]) => JSON.parse(data ?? "") as LiveEvents,
  );
  const received = messages.reduce((sum, { events }) => sum + events.length, 0);
  const missed = messages.reduce((sum, message) => sum + message.missed, 0);
  expect(missed).toBeGreaterThan(0);
  expect(received + missed).toBe(batches * 100 + 1);
});
