import { describe, expect, test } from "@jest/globals";
import { anEvent, backendKey, createTestCore, shopKey } from "../support/test-service.ts";
import { MemoryStream } from "../support/memory-stream.ts";

const withoutId = (rank: number) => anEvent({ id: undefined, data: { rank } });

async function idsOf(events: readonly unknown[], key: string, headers: Record<string, string> = {}): Promise<string[]> {
  const service = createTestCore({ putRecords: new MemoryStream() });
  const reply = await service.handle({
    headers: {
      authorization: `Bearer ${shopKey}`,
      "content-type": "application/json",
      "idempotency-key": key,
      ...headers,
    },
    body: Buffer.from(JSON.stringify(events)),
  });
  return (JSON.parse(reply.body) as { ids: string[] }).ids;
}

describe("Idempotency-Key", () => {
  test("gives events without id the same ids when the request comes again", async () => {
    const events = [withoutId(1), anEvent({ id: "own" }), withoutId(2), withoutId(2)];
    const ids = await idsOf(events, "k-1");
    expect(await idsOf(events, "k-1")).toEqual(ids);
    expect(ids[1]).toBe("own");
    expect(new Set(ids).size).toBe(4);
    expect(ids[0]).toMatch(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  });

  test("keeps the id of an event whose neighbours were left out", async () => {
    const [, second] = await idsOf([withoutId(1), withoutId(2)], "k-1");
    expect(await idsOf([withoutId(2)], "k-1")).toEqual([second]);
  });

  test.each([
    ["another key", [withoutId(1)], "k-2", {}],
    ["another event under the same key", [withoutId(2)], "k-1", {}],
    ["another sender", [withoutId(1)], "k-1", { authorization: `Bearer ${backendKey}` }],
  ])("%s is another id", async (_, events, key, headers) => {
    expect(await idsOf(events, key, headers)).not.toEqual(await idsOf([withoutId(1)], "k-1"));
  });

  test("tells equal events in two parts of a longer request apart, the same way each time", async () => {
    const service = createTestCore({ putRecords: new MemoryStream() });
    const send = async (firstIndex: number) => {
      const headers = { "content-type": "application/json", "idempotency-key": "k-1" };
      const body = Buffer.from(JSON.stringify(withoutId(1)));
      const sender = service.authenticate(`Bearer ${shopKey}`);
      return (JSON.parse((await service.accept(sender, { headers, body, firstIndex })).body) as { ids: string[] }).ids;
    };
    expect(await send(500)).not.toEqual(await send(0));
    expect(await send(500)).toEqual(await send(500));
  });

  test("without one, ids are new each time", async () => {
    const service = createTestCore({ putRecords: new MemoryStream() });
    const request = {
      headers: { authorization: `Bearer ${shopKey}`, "content-type": "application/json" },
      body: Buffer.from(JSON.stringify(withoutId(1))),
    };
    expect((await service.handle(request)).body).not.toBe((await service.handle(request)).body);
  });
});
