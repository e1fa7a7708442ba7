export { PlaceUnreadableError, StoredEventsError } from "./errors.ts";
export { badRowStore, type OpenPayload } from "./objects/bad-row-store.ts";
export { deadLetterStore } from "./objects/dead-letter-store.ts";
export { KeptDocument } from "./objects/kept-document.ts";
export { lakeStore } from "./objects/lake-store.ts";
export {
  type ListedObject,
  type ObjectVersion,
  openS3,
  type PutCondition,
  type S3,
  type S3Versions,
  type VersionedText,
} from "./objects/open-s3.ts";
export { readTextLines } from "./objects/read-text-lines.ts";
export { isMissingObject, isRefusedWrite } from "./objects/s3-answers.ts";
export { timePrefixes } from "./objects/time-prefixes.ts";
export { undeliveredStore } from "./objects/undelivered-store.ts";
export type { Store, StoredPart } from "./store.ts";
export {
  asObject,
  type BadRowNote,
  comparePositions,
  type DeliveryNote,
  type EventFacts,
  type EventForm,
  readObject,
  StoredEvent,
  type StoredContent,
  type StoredPlace,
  type StoreName,
  type TimeRange,
} from "./stored-event.ts";
export { linesOfRecord } from "./streams/record-lines.ts";
export { streamStore, type StreamStoreOptions } from "./streams/stream-store.ts";
