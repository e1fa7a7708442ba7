/** A stored record that our own code could not read or mask: the failure and the original bytes. */
export interface BadRow {
  failure: { kind: string; message: string };
  /** Base64, cut at a limit; empty when the bytes may not be kept at all. */
  payload: string;
  /** Length of the original bytes: more than `payload` holds when it was cut. */
  payloadBytes?: number;
  /** How `payload` is encrypted; absent when it is in clear. */
  encryption?: { algorithm: "aes-256-gcm"; keyId: string };
  processor: { name: string; version: string };
  /**
   * `index`: which event of the record, from 0. `lines`: how many events from there on, where the row has several;
   * 0 where its payload goes on with the one before.
   */
  origin: { stream: string; shardId: string; sequenceNumber: string; index?: number; lines?: number };
}
