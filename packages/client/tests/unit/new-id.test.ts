import { expect, test } from "@jest/globals";
import { newId } from "../../src/new-id.ts";

test("ids are UUIDs of version 7, differ, and sort by time", () => {
  const ids = Array.from({ length: 1_000 }, (_, index) => newId(1_700_000_000_000 + index));
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(Array.from({ length: 1_000 }, () => newId(0))).size).toBe(1_000);
});

test("the first 48 bits are the time", () => {
  expect(newId(0x0123_4567_89ab).slice(0, 13)).toBe("01234567-89ab");
});
