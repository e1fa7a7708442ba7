export type { AnyEnrichedEvent, AnyRawEvent, DataOf, EventType, MaskedDataOf } from "./contract-types.ts";
export type { BadRow } from "./envelope/bad-row.ts";
export type { CloudEvent } from "./envelope/cloud-event.ts";
export type {
  EnrichedEvent,
  Enrichment,
  EnrichmentNote,
  Fidelity,
  FidelityNote,
  MaskedField,
  PrivacyReport,
  Processing,
  ProcessingHop,
  ValidationError,
  ValidationResult,
} from "./envelope/enriched-event.ts";
export { EmptyRecordError, EventContractsError, InvalidEventError, UnencodableEventError } from "./errors.ts";
export { erasureNoticeType, ERASURE_REVISION, isErasureNotice } from "./envelope/erasure-notice.ts";
export { eventIdentity } from "./envelope/identity.ts";
export { parseInstant } from "./envelope/instant.ts";
export { partitionKeyOf } from "./envelope/partition-key.ts";
export type { RawEvent } from "./envelope/raw-event.ts";
export { type EventCopy, revisionOf } from "./envelope/revision.ts";
export type { PrivacyAction, PrivacyDetector, PrivacyMap, PrivacyNode, PrivacyRule } from "./privacy/privacy-map.ts";
export { nameLetters } from "./privacy/name-letters.ts";
export { movePrivacyNode, privacyChildren, privacyNodesLeadingTo } from "./privacy/privacy-nodes.ts";
export { strictestRule } from "./privacy/strictest-rule.ts";
export type { DecodedLine, LineError } from "./record/decode-record.ts";
export { decodeRecord } from "./record/decode-record.ts";
export { encodeRecord } from "./record/encode-record.ts";
export { parseJson } from "./record/parse-json.ts";
export { hasMoreLines, type RecordPart, splitRecord } from "./record/split-record.ts";
export { type CreateEventOptions, createEvent, type NewEvent } from "./events/create-event.ts";
export { type DecodedEnrichedEvent, decodeEnrichedRecord, isEventOfType } from "./events/decode-enriched.ts";
export {
  createDeduplicator,
  type Deduplicator,
  type DeduplicatorOptions,
} from "./events/deduplicator.ts";
export type {
  CompiledContracts,
  DataValidator,
  SchemaError,
  SchemaErrors,
} from "./validator-runtime/compiled-contracts.ts";
export type * from "./generated/contract-types.ts";
export { newestSchemas } from "./generated/contract-types.ts";
