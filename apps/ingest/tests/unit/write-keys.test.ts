import { describe, expect, test } from "@jest/globals";
import { IngestError } from "../../src/problems.ts";
import { createAuthenticate, hashWriteKey } from "../../src/write-keys.ts";

const authenticate = createAuthenticate([
  { name: "first", sha256: hashWriteKey("key-1"), tenantId: "a", sources: ["/a"] },
  { name: "second", sha256: hashWriteKey("key-2").toUpperCase(), tenantId: "b", sources: ["*"], forwardsClient: true },
]);

const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

describe("authenticate", () => {
  test.each([
    ["Bearer key-1", "first"],
    ["bearer key-1", "first"],
    ["BEARER   key-2", "second"],
    [basic("key-2:"), "second"],
    [basic("key-2:a password that is ignored"), "second"],
    [basic("key-1"), "first"],
    [basic("key-1:").replace("Basic", "basic"), "first"],
  ])("%s is the sender %s", (authorization, keyName) => {
    expect(authenticate(authorization).keyName).toBe(keyName);
  });

  test("the key decides tenant, sources and what may be stated", () => {
    const sender = authenticate("Bearer key-1");
    expect(sender).toMatchObject({ tenantId: "a", forwardsClient: false });
    expect(sender.mayUseSource("/a")).toBe(true);
    expect(sender.mayUseSource("/b")).toBe(false);
    expect(authenticate("Bearer key-2").forwardsClient).toBe(true);
  });

  test.each([
    [undefined, "missing-credentials"],
    ["", "missing-credentials"],
    ["Bearer", "malformed-credentials"],
    ["Bearer ", "malformed-credentials"],
    ["Digest abc", "malformed-credentials"],
    ["key-1", "malformed-credentials"],
    [basic(":key-1"), "malformed-credentials"],
    ["Basic !!!!", "malformed-credentials"],
    ["Bearer key-3", "unknown-write-key"],
    ["Bearer key-1 ".repeat(2), "unknown-write-key"],
    [`Bearer ${hashWriteKey("key-1")}`, "unknown-write-key"],
  ])("%j is refused as %s", (authorization, code) => {
    expect(() => authenticate(authorization)).toThrow(expect.objectContaining({ name: IngestError.name, code }));
  });

  test("a service without keys knows nobody", () => {
    expect(() => createAuthenticate([])("Bearer key-1")).toThrow(
      expect.objectContaining({ code: "unknown-write-key" }),
    );
  });
});
