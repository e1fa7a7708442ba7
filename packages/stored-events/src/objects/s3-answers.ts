/** True when S3 has no such object, or no such version of it. */
export function isMissingObject(error: unknown): boolean {
  return ["NoSuchKey", "NoSuchVersion"].includes((error as Error).name);
}

/**
 * True if the condition of a write did not hold, and nothing has changed. 409: two conditional writes at once. For an
 * object that is gone, S3 answers `If-Match` with NoSuchKey.
 */
export function isRefusedWrite(error: unknown): boolean {
  const { $metadata } = error as { readonly $metadata?: { readonly httpStatusCode?: number } };
  return [409, 412].includes($metadata?.httpStatusCode ?? 0) || isMissingObject(error);
}
