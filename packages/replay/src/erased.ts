import type { PrivacyKey } from "@millrace/privacy-keys";
import {
  createSuppression,
  type ErasureDocument,
  erasuresFolder,
  type IsSuppressed,
} from "@millrace/privacy-tools/suppression";
import type { S3 } from "@millrace/stored-events";

/** Returns a test for events of erased persons. Without an erasure no key is read. */
export async function readSuppression(
  s3: S3,
  bucket: string,
  readKeys: () => Promise<readonly PrivacyKey[]>,
): Promise<IsSuppressed> {
  const erasures: ErasureDocument[] = [];
  for await (const key of s3.list(bucket, erasuresFolder)) {
    const text = await s3.getText(bucket, key);
    if (text !== undefined) erasures.push(JSON.parse(text) as ErasureDocument);
  }
  return erasures.length === 0 ? () => false : createSuppression(erasures, await readKeys());
}
