/** An event on its way: written once, so that every attempt sends the same text. */
export interface Entry {
  /** Of this copy of the event; ids are the application's and may repeat. Sorts by time. */
  readonly key: string;
  /** The event as JSON. */
  readonly text: string;
  /** Of {@link text} in UTF-8. */
  readonly bytes: number;
  readonly createdAtMs: number;
  /** An attempt got no answer, or another page may have made one. */
  isAmbiguous: boolean;
  isUnderWay: boolean;
  /** `sendBeacon` took it, which tells nothing of the service. */
  isBeaconed: boolean;
}

const encoder = new TextEncoder();

/** Bytes of a text in UTF-8. */
export const byteLengthOf = (text: string): number => encoder.encode(text).length;

export function createEntry(key: string, text: string, createdAtMs: number, isAmbiguous = false): Entry {
  return { key, text, bytes: byteLengthOf(text), createdAtMs, isAmbiguous, isUnderWay: false, isBeaconed: false };
}
