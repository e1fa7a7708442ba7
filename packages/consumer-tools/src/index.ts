export { streamSchema } from "./schema/stream-schema.ts";
