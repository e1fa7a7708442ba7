export type {
  AdaptedEvent,
  Answer,
  Credential,
  Endpoint,
  ForeignRequest,
  OpenedRequest,
  ReadContext,
  ReadMessage,
  RequestHead,
} from "./adapter.ts";
export { AdapterError } from "./adapter-error.ts";
export { credentialOfQuery } from "./credentials.ts";
export { createRefusedEvent } from "./refused-event.ts";
export { findEndpoints, pathPrefixes } from "./registry.ts";
export {
  adapterNames,
  type AdapterSettingsByName,
  type AdapterSettingsDocument,
  findSettingsFaults,
  resolveSettings,
} from "./settings.ts";
