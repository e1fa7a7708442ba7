import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { ObjectStoreError } from "../object-store/errors.ts";
import type { ObjectStore, ObjectVersions, StoredObject, StoredVersion } from "../object-store/object-store.ts";
import { compareKeys } from "../object-store/stored-object.ts";
import { listen } from "./listening-server.ts";

/** Address of the server. */
export interface ObjectStoreServerOptions {
  /** Default 0: any free one. */
  readonly port?: number;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Gets faults of the simulator itself, which callers see as InternalError. Default `console.error`. */
  readonly onError?: (error: unknown) => void;
}

/** A running server of the S3 protocol. */
export interface ObjectStoreServer {
  /** For `endpoint`, or for `AWS_ENDPOINT_URL_S3`. */
  readonly url: string;
  /** Stops listening and closes every connection. */
  close(): Promise<void>;
}

/** An answer other than success, as S3 words it. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
class S3Refusal extends Error {
  override readonly name = "S3Refusal";
  readonly code: string;
  readonly status: number;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const MAX_BODY_BYTES = 128 * 1024 * 1024;
const metadataPrefix = "x-amz-meta-";

/**
 * Serves an object store over the protocol of S3, for the unmodified SDK and Terraform's backend: GetObject and
 * HeadObject with `If-None-Match`, PutObject in one part (`If-None-Match: *` for one that must be new, `If-Match` for
 * one that must not have changed), DeleteObject, ListObjectsV2, and the versions of a store that keeps them
 * (ListObjectVersions without delete markers, `versionId`); buckets in the path. Buckets are there when asked for;
 * signatures must be there and are not verified.
 *
 * @example
 * ```ts
 * const server = await startObjectStoreServer(new MemoryObjectStore());
 * const client = new S3Client({ endpoint: server.url, forcePathStyle: true, region: "us-east-1", credentials });
 * ```
 */
export async function startObjectStoreServer(
  objectStore: ObjectStore,
  options: ObjectStoreServerOptions = {},
): Promise<ObjectStoreServer> {
  const onError = options.onError ?? ((error) => console.error(error));
  const oneByOne = createTurns();
  const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
    handle(objectStore, oneByOne, request, response).catch((error: unknown) => {
      const refusal = toRefusal(error);
      if (refusal.status === 500) onError(error);
      answerRefusal(request, response, refusal);
    });
  });
  return listen(server, options);
}

/** Runs tasks of one name one after the other. */
type Turns = <Result>(name: string, task: () => Promise<Result>) => Promise<Result>;

/** A condition and the put that depends on it are one step to every other request, as S3 promises. */
function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return (name, task) => {
    const turn = (last.get(name) ?? Promise.resolve()).then(task, task);
    last.set(name, turn);
    const forget = (): void => {
      if (last.get(name) === turn) last.delete(name);
    };
    turn.then(forget, forget);
    return turn;
  };
}

async function handle(
  objectStore: ObjectStore,
  oneByOne: Turns,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  const url = new URL(request.url ?? "/", "http://s3");
  const [, bucket = "", ...segments] = url.pathname.split("/");
  const key = decodeURIComponent(segments.join("/"));
  if (request.headers.authorization === undefined) throw new S3Refusal(403, "AccessDenied", "Access Denied");
  if (key === "" && request.method === "GET" && url.searchParams.get("list-type") === "2") {
    const listing = renderListing(bucket, await objectStore.list(bucket, prefixOf(url)), url.searchParams);
    response.writeHead(200, { "content-type": "application/xml" }).end(listing);
    return;
  }
  if (key === "" && request.method === "GET" && url.searchParams.has("versions")) {
    const listing = renderVersions(bucket, await versionsOf(objectStore, bucket, prefixOf(url)), url.searchParams);
    response.writeHead(200, { "content-type": "application/xml" }).end(listing);
    return;
  }
  if (key === "") throw notImplemented(`${request.method ?? ""} of a bucket`);
  const versionId = versionIdOf(url);
  switch (request.method) {
    case "HEAD":
    case "GET": {
      const { object, bytes } = await getVersion(objectStore, bucket, key, versionId);
      const isKnown = request.headers["if-none-match"] === `"${object.etag}"`;
      response.writeHead(isKnown ? 304 : 200, headersOf(object));
      response.end(isKnown || request.method === "HEAD" ? undefined : bytes);
      return;
    }
    case "PUT": {
      const object = await oneByOne(`${bucket}/${key}`, async () => {
        await checkConditions(objectStore, bucket, key, request);
        return objectStore.put(bucket, key, checkedBody(request, body), { metadata: metadataOf(request) });
      });
      response.writeHead(200, { etag: `"${object.etag}"`, "content-length": 0 }).end();
      return;
    }
    case "DELETE":
      if (versionId === undefined) await objectStore.delete(bucket, key);
      else await versionedStore(objectStore).delete(bucket, key, versionId);
      response.writeHead(204).end();
      return;
    default:
      throw notImplemented(`${request.method ?? ""} of an object`);
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
async function checkConditions(
  objectStore: ObjectStore,
  bucket: string,
  key: string,
  { headers }: IncomingMessage,
): Promise<void> {
  const isNew = headers["if-none-match"] === "*";
  const wanted = headers["if-match"];
  if (!isNew && wanted === undefined) return;
  const etag = await etagOfExisting(objectStore, bucket, key);
  if (wanted !== undefined && etag === undefined) {
    throw new S3Refusal(404, "NoSuchKey", "The specified key does not exist.");
  }
  if ((isNew && etag !== undefined) || (wanted !== undefined && wanted.replaceAll('"', "") !== etag)) {
    throw new S3Refusal(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
  }
}

async function etagOfExisting(objectStore: ObjectStore, bucket: string, key: string): Promise<string | undefined> {
  try {
    return (await objectStore.get(bucket, key)).object.etag;
  } catch (error) {
    if (error instanceof ObjectStoreError && error.code === "NO_SUCH_KEY") return undefined;
    throw error;
  }
}

const notImplemented = (what: string): S3Refusal =>
  new S3Refusal(501, "NotImplemented", `The simulator does not implement ${what}.`);

/** The version that a request names; `null` is the only one of a store without versions. */
function versionIdOf(url: URL): string | undefined {
  const id = url.searchParams.get("versionId");
  return id === null || id === "null" ? undefined : id;
}

function versionedStore({ versions }: ObjectStore): ObjectVersions {
  if (versions === undefined) throw new S3Refusal(400, "InvalidArgument", "Invalid version id specified");
  return versions;
}

function getVersion(objectStore: ObjectStore, bucket: string, key: string, versionId: string | undefined) {
  if (versionId === undefined) return objectStore.get(bucket, key);
  return versionedStore(objectStore).get(bucket, key, versionId);
}

async function versionsOf(objectStore: ObjectStore, bucket: string, prefix: string): Promise<StoredVersion[]> {
  if (objectStore.versions !== undefined) return objectStore.versions.list(bucket, prefix);
  const objects = await objectStore.list(bucket, prefix);
  return objects.map((object) => ({ ...object, versionId: "null", isLatest: true }));
}

const prefixOf = (url: URL): string => url.searchParams.get("prefix") ?? "";

function checkedBody(request: IncomingMessage, body: Buffer): Buffer {
  const promised = request.headers["x-amz-content-sha256"];
  if (typeof promised !== "string") {
    throw new S3Refusal(400, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256");
  }
  if (promised.startsWith("STREAMING-")) throw notImplemented("bodies in signed or trailed chunks");
  if (promised !== "UNSIGNED-PAYLOAD" && promised !== createHash("sha256").update(body).digest("hex")) {
    throw new S3Refusal(
      400,
      "XAmzContentSHA256Mismatch",
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
  return body;
}

function metadataOf(request: IncomingMessage): Record<string, string> {
  const own = Object.entries(request.headers).filter(([name]) => name.startsWith(metadataPrefix));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(metadataPrefix.length), String(value)]));
}

function headersOf({ etag, sizeBytes, lastModified, metadata }: StoredObject): Record<string, string | number> {
  return {
    etag: `"${etag}"`,
    "content-length": sizeBytes,
    "last-modified": new Date(lastModified).toUTCString(),
    ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`${metadataPrefix}${name}`, value])),
  };
}

/** An entry of a listing: an object, or all objects below a folder as one. */
type Listed = { readonly key: string; readonly object?: StoredObject };

/** With a delimiter, keys that go on behind it count as one common prefix. */
function rollUp(objects: readonly StoredObject[], prefix: string, delimiter: string): Listed[] {
  if (delimiter === "") return objects.map((object) => ({ key: object.key, object }));
  const entries: Listed[] = [];
  for (const object of objects) {
    const end = object.key.indexOf(delimiter, prefix.length);
    if (end === -1) entries.push({ key: object.key, object });
    else {
      const key = object.key.slice(0, end + delimiter.length);
      if (entries.at(-1)?.key !== key) entries.push({ key });
    }
  }
  return entries;
}

function renderListing(bucket: string, objects: readonly StoredObject[], query: URLSearchParams): string {
  const maxKeys = Math.min(1_000, Number(query.get("max-keys") ?? 1_000));
  const token = query.get("continuation-token");
  const after = token === null ? query.get("start-after") : Buffer.from(token, "base64").toString("utf8");
  const delimiter = query.get("delimiter") ?? "";
  const entries = rollUp(objects, query.get("prefix") ?? "", delimiter);
  const rest = after === null ? entries : entries.filter(({ key }) => compareKeys(key, after) > 0);
  const page = rest.slice(0, maxKeys);
  const last = page.at(-1)?.key ?? "";
  const isEncoded = query.get("encoding-type") === "url";
  const keyText = (key: string): string => (isEncoded ? encodeURIComponent(key) : escapeXml(key));
  const next = rest.length > page.length ? Buffer.from(last).toString("base64") : undefined;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
    `<Name>${bucket}</Name><Prefix>${keyText(query.get("prefix") ?? "")}</Prefix>`,
    ...(delimiter === "" ? [] : [`<Delimiter>${keyText(delimiter)}</Delimiter>`]),
    `<KeyCount>${page.length}</KeyCount><MaxKeys>${maxKeys}</MaxKeys><IsTruncated>${next !== undefined}</IsTruncated>`,
    ...(isEncoded ? ["<EncodingType>url</EncodingType>"] : []),
    ...(next === undefined ? [] : [`<NextContinuationToken>${next}</NextContinuationToken>`]),
    ...page.map(({ key, object }) =>
      object === undefined
        ? `<CommonPrefixes><Prefix>${keyText(key)}</Prefix></CommonPrefixes>`
        : `<Contents><Key>${keyText(key)}</Key><LastModified>${new Date(object.lastModified).toISOString()}</LastModified>` +
          `<ETag>&quot;${object.etag}&quot;</ETag><Size>${object.sizeBytes}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
    ),
    "</ListBucketResult>",
  ].join("\n");
}

function renderVersions(bucket: string, versions: readonly StoredVersion[], query: URLSearchParams): string {
  const maxKeys = Math.min(1_000, Number(query.get("max-keys") ?? 1_000));
  const [afterKey, afterVersion] = [query.get("key-marker"), query.get("version-id-marker")];
  const start = versions.findIndex(({ key, versionId }) => key === afterKey && versionId === afterVersion) + 1;
  const page = versions.slice(start, start + maxKeys);
  const last = page.at(-1);
  const isTruncated = versions.length > start + page.length;
  const isEncoded = query.get("encoding-type") === "url";
  const keyText = (key: string): string => (isEncoded ? encodeURIComponent(key) : escapeXml(key));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<ListVersionsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
    `<Name>${bucket}</Name><Prefix>${keyText(query.get("prefix") ?? "")}</Prefix>`,
    `<MaxKeys>${maxKeys}</MaxKeys><IsTruncated>${isTruncated}</IsTruncated>`,
    ...(isTruncated && last !== undefined
      ? [
          `<NextKeyMarker>${keyText(last.key)}</NextKeyMarker><NextVersionIdMarker>${last.versionId}</NextVersionIdMarker>`,
        ]
      : []),
    ...page.map(
      ({ key, versionId, isLatest, etag, sizeBytes, lastModified }) =>
        `<Version><Key>${keyText(key)}</Key><VersionId>${versionId}</VersionId><IsLatest>${isLatest}</IsLatest>` +
        `<LastModified>${new Date(lastModified).toISOString()}</LastModified><ETag>&quot;${etag}&quot;</ETag>` +
        `<Size>${sizeBytes}</Size><StorageClass>STANDARD</StorageClass></Version>`,
    ),
    "</ListVersionsResult>",
  ].join("\n");
}

function toRefusal(error: unknown): S3Refusal {
  if (error instanceof S3Refusal) return error;
  if (error instanceof ObjectStoreError) {
    return error.code === "NO_SUCH_KEY"
      ? new S3Refusal(404, "NoSuchKey", "The specified key does not exist.")
      : new S3Refusal(400, "InvalidArgument", error.message);
  }
  return new S3Refusal(500, "InternalError", "The simulator itself failed.");
}

function answerRefusal(request: IncomingMessage, response: ServerResponse, { status, code, message }: S3Refusal): void {
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`;
  response.writeHead(status, { "content-type": "application/xml" });
  response.end(request.method === "HEAD" ? undefined : text);
}

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};
const escapeXml = (text: string): string => text.replace(/[&<>"']/g, (character) => escapes[character] ?? character);

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.byteLength;
    if (length <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (length > MAX_BODY_BYTES) {
    throw new S3Refusal(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");
  }
  return Buffer.concat(chunks);
}
