import type { PutRecords, PutRecordsOptions } from "./types.ts";

/** Creates a client for one stream. */
export declare function createPutRecords(options: PutRecordsOptions): PutRecords;
