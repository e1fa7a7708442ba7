/** CloudWatch has standard metrics by the minute. */
export const MINUTE_MS = 60_000;

/** Metrics of a minute are whole a minute or two after it. */
export const METRIC_DELAY_MINUTES = 2;

/** Figures go back so far when a console begins. */
export const HISTORY_MINUTES = 60;

/** Minutes that are asked for again, because values come late. */
export const REREAD_MINUTES = 5;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
export const MAX_METRIC_QUERIES = 500;

/** How long answers about alarms stay good: pages ask each second. */
export const ALARMS_KEPT_MS = 20_000;

/** Two looks at a shard a second: Kinesis allows five, of which Lambda and Firehose take one each. */
export const LOOK_EVERY_MS = 500;

/** Between two looks at the end of a stream that a page follows. */
export const FOLLOW_EVERY_MS = 1_000;

/** First stretch of a stream that is read back from its end; the next ones follow what was found. */
export const FIRST_STRETCH_MS = 2_000;
export const LONGEST_STRETCH_MS = 3_600_000;

/** Bytes of a shard that a stretch is to have. */
export const STRETCH_BYTES = 2_000_000;

/** Time after which a page of lines is given as it is. */
export const PAGE_BUDGET_MS = 1_500;

/** Throttled looks at a shard in a row before the reader gives up. */
export const MAX_THROTTLED_LOOKS = 20;

/** An id that tells its time, as one of UUID version 7 does, is looked for from a minute before it on. */
export const SEARCH_MINUTES = 15;

/** One that tells none is looked for in the lake of the last day, the newest objects first. */
export const SEARCH_DAY_MS = 86_400_000;

/** Time of a statement. A warehouse that rests takes a second or two to begin. */
export const WAREHOUSE_SECONDS = 10;

/** Lines that the warehouse refused, as a page lists them. */
export const MOST_REFUSED_LINES = 100;

/** Time for reading the places for an id. Then the answer tells how far the search came. */
export const SEARCH_BUDGET_MS = 20_000;

/** Objects that are read side by side: each waits for S3 most of the time, and is unpacked by a thread of its own. */
export const OBJECTS_AT_ONCE = 8;

/** A stream has copies of an event within this time of the first one, or the lake names another time for them. */
export const COPIES_WITHIN_MS = 10_000;

/** Records of the first look at a shard for an id: each may have many events. The next looks take what fits. */
export const FIRST_FOUND_RECORDS = 100;

/** An event is in the next stream within this time of its enrichment; else it is looked for to the end of the range. */
export const HOP_MS = 30_000;

/** Clocks of two services differ by so much at most. */
export const CLOCK_SKEW_MS = 2_000;

/** Beyond the interval of Firehose's buffer, what an object may take to be in the lake. */
export const DELIVERY_MS = 120_000;
