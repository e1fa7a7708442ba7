/** Events put before the ledger is written: so many at most are looked up when a run that was cut off goes on. */
export const EVENTS_PER_STEP = 250;

/**
 * Events are put in groups of so much time at the rate: a live event waits for the batch that it shares with one, and
 * each request costs the pipeline something of its own.
 */
export const GROUP_MS = 300;

/** Events of a part that are passed over before its position is noted, when none of them is put. */
export const MAX_EVENTS_UNNOTED = 5_000;

/** A run that has not written its ledger for so long is taken for dead. */
export const LEASE_MS = 60_000;

/** How long a put may take, from its first attempt to its last. */
export const PUT_TIMEOUT_MS = 30_000;

/** A lease that runs out sooner is renewed before events are put, so that a put ends before it does. */
export const LEASE_RESERVE_MS = PUT_TIMEOUT_MS + 5_000;

/**
 * Arrival times are by the clock of Kinesis, the ledger's by that of the operator's machine. AWS lets that one be off
 * by so much: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
 */
export const CLOCK_SKEW_MS = 300_000;

/** An arrival by the clock of Kinesis may be so much later than the enrichment by that of a function. */
export const CLOCKS_APART_MS = 120_000;

/** Of what the stream could take beside its live traffic. */
export const DEFAULT_SHARE = 0.1;

/** Never below such a share of the rate: a replay that only waits would never end. */
export const LEAST_SHARE = 0.02;

/** Live traffic is looked at for so long, and a look reads each of so many shards once: the next one, the next ones. */
export const LOOK_MS = 8_000;
export const SHARDS_PER_LOOK = 3;
export const RECORDS_PER_LOOK = 100;
/** Attempts to read a shard, and the time between two. */
export const LOOK_ATTEMPTS = 3;
export const LOOK_AGAIN_MS = 250;
/** Ages that a verdict needs; without them it takes more looks, up to so many. */
export const MANY_AGES = 300;
export const MOST_LOOKS = 3;
/** The last replayed events are through the pipeline after so long. */
export const DRAIN_MS = 2_000;
/** So often a replay rests to see how old live events are without it. */
export const REST_EVERY_MS = 120_000;
/** A rest ends sooner when there is so little live traffic in its first moments. */
export const QUIET_MS = 3_000;
export const FEW_AGES = 5;
/** A replay that has ended waits so long at most for those who look. */
export const LONGEST_WAIT_MS = 500;
/** The quantile that is compared. */
export const HIGH_AGE = 0.97;
/** Live events may be so much older beside a replay. */
export const TOLERATED_AGE = 1.05;
/** In the raw stream ages are those of answers of ingest: a few milliseconds, of which one is a tenth. */
export const TOLERATED_ANSWER = 1.15;
/**
 * Of its rate, a replay begins with so much. While live events are as without it the rate is multiplied by a factor,
 * which is lower once they have been older; when they are, by another.
 */
export const FIRST_SHARE = 0.1;
export const FIRST_FASTER = 1.5;
export const FASTER = 1.15;
export const SLOWER = 0.5;

/** https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
export const SHARD_RECORDS_PER_SECOND = 1_000;
export const SHARD_BYTES_PER_SECOND = 1_000_000;

/** Events that one function of a job puts in a second: a third of the bench's figure. */
export const EVENTS_PER_WORKER = 2_000;
/** Functions of a job at the same time: accounts have 1,000 for everything. */
export const MAX_WORKERS = 50;
/** Groups that the objects of a job are parted into: their numbers fit the input of an execution, 256 KiB. */
export const MAX_GROUPS = 1_000;
/** Ledgers of groups that are read side by side. */
export const STATES_READ_AT_ONCE = 50;

/** Memory and time of a function of a job, as infra gives them: it stops in time and is called again. */
export const JOB_FUNCTION_GIGABYTES = 1.769;
export const JOB_FUNCTION_SECONDS = 840;

/** Step Functions has so long to answer that a job has begun. */
export const START_TIMEOUT_MS = 10_000;

/** Writers of one object that meet try again so often before they give up. */
export const MAX_LEDGER_ATTEMPTS = 20;

/** A replay that takes longer than this is better run as a job in the cloud. */
export const LONG_REPLAY_HOURS = 12;

/** Shown of the selected events. */
export const SAMPLES = 3;
