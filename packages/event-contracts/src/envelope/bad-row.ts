/** A stored record that our own code could not read or mask: the failure and the original bytes. */
export interface BadRow {
  failure: { kind: string; message: string };
  /** Base64, cut at a limit; empty when the bytes may not be kept in clear. */
  payload: string;
  processor: { name: string; version: string };
  origin: { stream: string; shardId: string; sequenceNumber: string };
}
