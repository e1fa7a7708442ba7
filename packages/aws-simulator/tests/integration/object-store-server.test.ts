/** The unmodified S3 client against the front end. */
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { MemoryObjectStore, type ObjectStoreServer, startObjectStoreServer } from "../../src/index.ts";

const Bucket = "a-bucket";
let store: MemoryObjectStore;
let server: ObjectStoreServer;
let client: S3Client;

function connect(endpoint: string): S3Client {
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  return new S3Client({ endpoint, forcePathStyle: true, region: "eu-west-1", credentials, maxAttempts: 1 });
}

beforeEach(async () => {
  store = new MemoryObjectStore();
  server = await startObjectStoreServer(store);
  client = connect(server.url);
});
afterEach(async () => {
  client.destroy();
  await server.close();
});

test("what is put comes back, with its metadata, and tells the store's listeners", async () => {
  const created: string[] = [];
  store.onCreated(({ key }) => created.push(key));
  const Key = "folder/ä name & more.json";
  const { ETag } = await client.send(
    new PutObjectCommand({ Bucket, Key, Body: '{"a":1}', Metadata: { version: "abc" } }),
  );
  const got = await client.send(new GetObjectCommand({ Bucket, Key }));
  expect(await got.Body?.transformToString()).toBe('{"a":1}');
  expect(got).toMatchObject({ ETag, ContentLength: 7, Metadata: { version: "abc" } });
  expect(await client.send(new HeadObjectCommand({ Bucket, Key }))).toMatchObject({ ETag, ContentLength: 7 });
  expect(created).toEqual([Key]);
});

test("an object that has not changed is answered with 304", async () => {
  await store.put(Bucket, "k", Buffer.from("1"));
  const { ETag } = await client.send(new GetObjectCommand({ Bucket, Key: "k" }));
  const again = client.send(new GetObjectCommand({ Bucket, Key: "k", IfNoneMatch: ETag }));
  await expect(again).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
});

test("an object that is not there is NoSuchKey", async () => {
  await expect(client.send(new GetObjectCommand({ Bucket, Key: "nothing" }))).rejects.toMatchObject({
    name: "NoSuchKey",
    $metadata: { httpStatusCode: 404 },
  });
});

test("a listing has the keys below the prefix, in order, page by page", async () => {
  for (const key of ["b/2", "a/1", "b/<&>", "b/1"]) await store.put(Bucket, key, Buffer.from(key));
  const pages: string[][] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await client.send(new ListObjectsV2Command({ Bucket, Prefix: "b/", MaxKeys: 2, ContinuationToken }));
    pages.push((page.Contents ?? []).map(({ Key = "" }) => Key));
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
  expect(pages).toEqual([["b/1", "b/2"], ["b/<&>"]]);
});

test("a listing with a delimiter names the folders, page by page, and begins after a key", async () => {
  for (const key of ["a/1/x", "a/1/y", "a/2/x", "a/3", "b"]) await store.put(Bucket, key, Buffer.from(key));
  const list = async (input: object) => {
    const page = await client.send(new ListObjectsV2Command({ Bucket, Prefix: "a/", Delimiter: "/", ...input }));
    const folders = (page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix);
    return { folders, keys: (page.Contents ?? []).map(({ Key }) => Key), next: page.NextContinuationToken };
  };
  const first = await list({ MaxKeys: 2 });
  expect(first).toMatchObject({ folders: ["a/1/", "a/2/"], keys: [] });
  expect(await list({ ContinuationToken: first.next })).toEqual({ folders: [], keys: ["a/3"], next: undefined });
  expect(await list({ StartAfter: "a/1/" })).toMatchObject({ folders: ["a/2/"], keys: ["a/3"] });
});

test("of writers that read the same version of an object one replaces it", async () => {
  const put = (Body: string, IfMatch?: string) =>
    client.send(new PutObjectCommand({ Bucket, Key: "lease", Body, IfMatch })).then(({ ETag }) => ETag);
  await expect(put("0", '"nothing"')).rejects.toMatchObject({ name: "NoSuchKey" });
  const etag = await put("0");
  const outcomes = await Promise.allSettled(["1", "2", "3", "4"].map((holder) => put(holder, etag)));
  expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected", "rejected", "rejected"]);
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: "lease" }));
  const winner = outcomes.findIndex(({ status }) => status === "fulfilled");
  expect(await Body?.transformToString()).toBe(String(winner + 1));
});

test("a body other than the one that was signed for is refused", async () => {
  const headers = { authorization: "AWS4-HMAC-SHA256", "x-amz-content-sha256": "0".repeat(64) };
  const put = await fetch(`${server.url}/${Bucket}/k`, { method: "PUT", body: "x", headers });
  expect([put.status, await put.text()]).toEqual([
    400,
    expect.stringContaining("<Code>XAmzContentSHA256Mismatch</Code>"),
  ]);
});

test("of two that put an object that must be new, one wins, until the object is deleted", async () => {
  const lock = (holder: string) =>
    client.send(new PutObjectCommand({ Bucket, Key: "state.tflock", Body: holder, IfNoneMatch: "*" }));
  await lock("first");
  await expect(lock("second")).rejects.toMatchObject({
    name: "PreconditionFailed",
    $metadata: { httpStatusCode: 412 },
  });
  await client.send(new DeleteObjectCommand({ Bucket, Key: "state.tflock" }));
  await lock("second");
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: "state.tflock" }));
  expect(await Body?.transformToString()).toBe("second");
});

test("a request without a signature is refused, one that is not modelled says so", async () => {
  const unsigned = await fetch(`${server.url}/${Bucket}/k`);
  expect([unsigned.status, await unsigned.text()]).toEqual([403, expect.stringContaining("<Code>AccessDenied</Code>")]);
  await expect(client.send(new CreateBucketCommand({ Bucket: "another" }))).rejects.toMatchObject({
    name: "NotImplemented",
  });
});

test("a store that keeps versions lists, gives and deletes each of them, through pages", async () => {
  const versioned = new MemoryObjectStore({ keepsVersions: true });
  const other = await startObjectStoreServer(versioned);
  const s3 = connect(other.url);
  try {
    for (const Body of ["1", "2"]) await s3.send(new PutObjectCommand({ Bucket, Key: "a b", Body }));
    await s3.send(new PutObjectCommand({ Bucket, Key: "c", Body: "3" }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: "c" }));
    const first = await s3.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 2 }));
    const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = first;
    const rest = await s3.send(new ListObjectVersionsCommand({ Bucket, KeyMarker, VersionIdMarker }));
    const versions = [...(first.Versions ?? []), ...(rest.Versions ?? [])];
    expect(versions.map(({ Key, IsLatest }) => [Key, IsLatest])).toEqual([
      ["a b", true],
      ["a b", false],
      ["c", false],
    ]);
    const bodies = versions.map(async ({ Key, VersionId }) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, VersionId }));
      return Body?.transformToString();
    });
    expect(await Promise.all(bodies)).toEqual(["2", "1", "3"]);
    // The version before it becomes the latest.
    await s3.send(new DeleteObjectCommand({ Bucket, Key: "a b", VersionId: versions[0]?.VersionId }));
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: "a b" }));
    expect(await Body?.transformToString()).toBe("1");
    const VersionId = versions[0]?.VersionId;
    await expect(s3.send(new GetObjectCommand({ Bucket, Key: "a b", VersionId }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 404 },
    });
  } finally {
    s3.destroy();
    await other.close();
  }
});

test("a store without versions lists each object as its only version", async () => {
  await store.put(Bucket, "k", Buffer.from("1"));
  const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket }));
  expect(Versions).toMatchObject([{ Key: "k", VersionId: "null", IsLatest: true }]);
});
