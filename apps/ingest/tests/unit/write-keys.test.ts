import { describe, expect, test } from "@jest/globals";
import { IngestError } from "../../src/problems.ts";
import { createKeyring, hashWriteKey } from "../../src/write-keys.ts";

const keyring = createKeyring([
  { name: "first", sha256: hashWriteKey("key-1"), tenantId: "a", sources: ["/a"] },
  { name: "second", sha256: hashWriteKey("key-2").toUpperCase(), tenantId: "b", sources: ["*"], forwardsClient: true },
  { name: "rotated", sha256: [hashWriteKey("old"), hashWriteKey("new")], tenantId: "c", sources: ["*"], kind: "app" },
  { name: "gone", sha256: hashWriteKey("gone"), tenantId: "c", sources: ["*"], revoked: true },
]);
const authenticate = (authorization: string | undefined) => keyring.authenticate(authorization);

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
    ["Bearer gone", "revoked-write-key"],
    [`Bearer ${hashWriteKey("key-1")}`, "unknown-write-key"],
  ])("%j is refused as %s", (authorization, code) => {
    expect(() => authenticate(authorization)).toThrow(expect.objectContaining({ name: IngestError.name, code }));
  });

  test("both secrets of a key that is rotated are the same sender", () => {
    expect(authenticate("Bearer old")).toBe(keyring.identify("new"));
  });

  test.each([
    ["key-1", { kind: "browser", isClient: true, forwardsClient: false }],
    ["key-2", { kind: "backend", isClient: false, forwardsClient: true }],
    ["new", { kind: "app", isClient: true, forwardsClient: false }],
  ])("%s says what stands behind it", (key, kind) => {
    expect(keyring.identify(key)).toMatchObject(kind);
  });

  test("senders are listed once each, without those that are revoked", () => {
    expect(keyring.senders.map(({ keyName }) => keyName)).toEqual(["first", "second", "rotated"]);
  });

  test("a service without keys knows nobody", () => {
    expect(() => createKeyring([]).authenticate("Bearer key-1")).toThrow(
      expect.objectContaining({ code: "unknown-write-key" }),
    );
  });
});
