export { MAX_UNPACKED_BYTES } from "./limits.ts";
export {
  type Compression,
  compressions,
  isPacked,
  linesOfData,
  packRecord,
  unpackRecord,
  type UnpackedRecord,
} from "./packed-record.ts";
