import { UsageError } from "../errors.ts";

/** @throws UsageError when it is no `s3://bucket/key`; the key may be empty. */
export function parseS3Url(url: string): { bucket: string; key: string } {
  const [, bucket, key = ""] = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(url) ?? [];
  if (bucket === undefined) throw new UsageError(`Expected s3://bucket/key, got ${url}`);
  return { bucket, key };
}
