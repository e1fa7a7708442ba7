import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import {
  FolderObjectStore,
  MemoryObjectStore,
  type ObjectCreated,
  type ObjectStore,
  VirtualClock,
} from "../../src/index.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

let folder = "";
const clock = new VirtualClock();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "object-store-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe.each([
  ["in memory", (): ObjectStore => new MemoryObjectStore({ clock })],
  ["in a folder", (): ObjectStore => new FolderObjectStore({ folder, clock })],
])("an object store %s", (_name, create) => {
  test("gives back what was put, with its size, MD5, time and metadata", async () => {
    const store = create();
    const object = await store.put("lake", "raw/1.json", bytes("hello"), { metadata: { origin: "test" } });
    expect(object).toEqual({
      bucket: "lake",
      key: "raw/1.json",
      sizeBytes: 5,
      etag: "5d41402abc4b2a76b9719d911017c592",
      lastModified: clock.now(),
      metadata: { origin: "test" },
    });
    const stored = await store.get("lake", "raw/1.json");
    expect(stored.object).toEqual(object);
    expect(Buffer.from(stored.bytes).toString()).toBe("hello");
  });

  test("keeps its own copy of the bytes", async () => {
    const store = create();
    const buffer = bytes("before");
    await store.put("lake", "a", buffer);
    buffer.fill(0);
    expect(Buffer.from((await store.get("lake", "a")).bytes).toString()).toBe("before");
  });

  test("replaces an object by a second put", async () => {
    const store = create();
    await store.put("lake", "a", bytes("one"), { metadata: { n: "1" } });
    await store.put("lake", "a", bytes("three"));
    const { object, bytes: content } = await store.get("lake", "a");
    expect(Buffer.from(content).toString()).toBe("three");
    expect(object).toMatchObject({ sizeBytes: 5, metadata: {} });
    expect(await store.list("lake")).toHaveLength(1);
  });

  test("forgets a deleted object, and takes the deletion of one that is not there", async () => {
    const store = create();
    await store.put("lake", "a", bytes("one"));
    await store.put("lake", "b", bytes("two"));
    await store.delete("lake", "a");
    await store.delete("lake", "a");
    await expect(store.get("lake", "a")).rejects.toMatchObject({ code: "NO_SUCH_KEY" });
    expect((await store.list("lake")).map(({ key }) => key)).toEqual(["b"]);
  });

  test("lists by prefix in order of bytes, in one bucket only", async () => {
    const store = create();
    // U+FF5E sorts before U+1F600 in UTF-8 and after it in UTF-16.
    for (const key of ["b/2", "b/10", "a", "b/\u{1F600}", "b/\uFF5E", "bb"]) await store.put("lake", key, bytes(key));
    await store.put("other", "b/1", bytes("x"));
    expect((await store.list("lake", "b/")).map(({ key }) => key)).toEqual(["b/10", "b/2", "b/\uFF5E", "b/\u{1F600}"]);
    expect(await store.list("nowhere")).toEqual([]);
  });

  test.each([
    "plain",
    "a//b",
    "/leading",
    "trailing/",
    "../../etc/passwd",
    "a/../b",
    "./..",
    "spaces and ünïcode/日本.json",
    "100%/%2E%2E/x",
    "tilde~/a~",
    "new\nline\0nul",
    "CON",
    `long/${"x".repeat(900)}`,
    `long/${"é".repeat(450)}`,
    "日".repeat(340),
  ])("keeps the key %j inside and apart", async (key) => {
    const store = create();
    await store.put("lake", key, bytes(key));
    expect((await store.list("lake")).map((object) => object.key)).toEqual([key]);
    expect(Buffer.from((await store.get("lake", key)).bytes).toString()).toBe(key);
    expect(readdirSync(folder).filter((name) => !["lake", ".metadata", ".incoming"].includes(name))).toEqual([]);
  });

  test.each([
    ["lake", ""],
    ["lake", "x".repeat(1025)],
    ["lake", "é".repeat(513)],
    ["..", "a"],
    ["a/b", "a"],
    ["", "a"],
    ["Lake", "a"],
  ])("refuses bucket %j with key %j", async (bucket, key) => {
    await expect(create().put(bucket, key, bytes("x"))).rejects.toMatchObject({
      name: "ObjectStoreError",
      code: "INVALID_KEY",
    });
  });

  test("says NO_SUCH_KEY for an object that is not there", async () => {
    const store = create();
    await store.put("lake", "a/b", bytes("x"));
    for (const key of ["missing", "a", "a/b/c"]) {
      await expect(store.get("lake", key)).rejects.toMatchObject({ code: "NO_SUCH_KEY" });
    }
  });

  test("tells its listeners of each new object before the put resolves, until they leave", async () => {
    const store = create();
    const heard: ObjectCreated[] = [];
    const leave = store.onCreated((created) => heard.push(created));
    await store.put("lake", "a", bytes("hello"));
    expect(heard).toEqual([
      {
        bucket: "lake",
        key: "a",
        sizeBytes: 5,
        etag: "5d41402abc4b2a76b9719d911017c592",
        createdAt: clock.now(),
      },
    ]);
    leave();
    await store.put("lake", "b", bytes("hello"));
    expect(heard).toHaveLength(1);
  });

  test("tells the other listeners when one of them throws", async () => {
    const store = create();
    const heard: string[] = [];
    store.onCreated(() => {
      throw new Error("deaf");
    });
    store.onCreated(({ key }) => heard.push(key));
    await expect(store.put("lake", "a", bytes("x"))).rejects.toBeInstanceOf(AggregateError);
    expect(heard).toEqual(["a"]);
    expect((await store.list("lake")).map(({ key }) => key)).toEqual(["a"]);
  });
});

describe("a folder object store", () => {
  test("shows objects under paths that read like their keys", async () => {
    const store = new FolderObjectStore({ folder });
    await store.put("lake", "enriched/2026/11/22/10/part-1.gz", bytes("x"));
    expect(readFileSync(join(folder, "lake/enriched/2026/11/22/10/part-1.gz"), "utf8")).toBe("x");
    expect(store.pathOf("lake", "a b")).toBe(join(folder, "lake", "a%20b"));
  });

  test("finds what an earlier process stored, metadata included", async () => {
    const first = new FolderObjectStore({ folder, clock });
    const object = await first.put("lake", "a/b", bytes("x"), { metadata: { n: "1" } });
    const second = new FolderObjectStore({ folder });
    expect(await second.list("lake")).toEqual([object]);
  });

  test("describes a file that was put there by hand, or changed, by its bytes", async () => {
    const store = new FolderObjectStore({ folder, clock });
    await store.put("lake", "a", bytes("hello"));
    writeFileSync(join(folder, "lake", "a"), "jello");
    writeFileSync(join(folder, "lake", "b"), "hello");
    const changed = await store.get("lake", "a");
    expect(changed.object).toMatchObject({ sizeBytes: 5, etag: "7aa6991a62353dd2761280cf592542dc" });
    expect(await store.list("lake", "b")).toMatchObject([{ key: "b", etag: "5d41402abc4b2a76b9719d911017c592" }]);
  });

  test("leaves no temporary file behind, nor does a half-written one show", async () => {
    const store = new FolderObjectStore({ folder });
    await Promise.all(Array.from({ length: 20 }, (_, index) => store.put("lake", `k/${index}`, bytes("x"))));
    expect(readdirSync(join(folder, ".incoming"))).toEqual([]);
    writeFileSync(join(folder, ".incoming", "half"), "hal");
    expect(await store.list("lake")).toHaveLength(20);
  });

  test("always shows one whole version while two writers race", async () => {
    const store = new FolderObjectStore({ folder });
    const versions = ["a".repeat(200_000), "b".repeat(100_000)];
    await store.put("lake", "k", bytes(versions[0] ?? ""));
    const writers = Array.from({ length: 20 }, (_, index) => store.put("lake", "k", bytes(versions[index % 2] ?? "")));
    const readers = Array.from({ length: 20 }, async () => {
      const { bytes: content } = await store.get("lake", "k");
      return versions.includes(Buffer.from(content).toString());
    });
    expect(await Promise.all(readers)).not.toContain(false);
    await Promise.all(writers);
  });

  test("says KEY_CONFLICT for a key below another object", async () => {
    const store = new FolderObjectStore({ folder });
    await store.put("lake", "a", bytes("x"));
    await expect(store.put("lake", "a/b", bytes("x"))).rejects.toMatchObject({ code: "KEY_CONFLICT" });
    await store.put("lake", "c/d", bytes("x"));
    await expect(store.put("lake", "c", bytes("x"))).rejects.toMatchObject({ code: "KEY_CONFLICT" });
  });
});
