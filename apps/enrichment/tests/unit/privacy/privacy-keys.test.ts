import { describe, expect, test } from "@jest/globals";
import { createPseudonymizer } from "../../../src/index.ts";
import { key, olderKey } from "../../raw-events.ts";

describe("createPseudonymizer", () => {
  test("gives the same text of two classes two pseudonyms", () => {
    const { active } = createPseudonymizer([key]);
    expect(active("user-id", "7").value).not.toBe(active("phone", "7").value);
  });

  test("during a rotation gives both, so that events from before and after can be joined", () => {
    const before = createPseudonymizer([olderKey]);
    const during = createPseudonymizer([key, olderKey]);
    expect(during.active("email", "a@b.c").keyId).toBe("k1");
    expect(during.alternates("email", "a@b.c")).toEqual([before.active("email", "a@b.c")]);
  });
});
