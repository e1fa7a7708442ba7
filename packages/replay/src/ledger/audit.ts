import type { S3 } from "@millrace/stored-events";
import type { ReplayCounts } from "./counts.ts";
import { LEDGER_PREFIX, type ReplayPlan } from "./ledger.ts";

/** A step in the life of a replay, kept for good. */
export interface AuditEntry {
  readonly at: string;
  readonly what: "started" | "resumed" | "stopped" | "finished" | "failed";
  readonly by: string;
  readonly reason: string;
  readonly plan: ReplayPlan;
  readonly counts?: ReplayCounts | undefined;
  readonly error?: string | undefined;
}

/** Writes an entry to an object of its own, which nothing writes again. */
export async function writeAudit(s3: S3, bucket: string, entry: AuditEntry): Promise<void> {
  const time = entry.at.replaceAll(":", "-");
  const object = `${LEDGER_PREFIX}audit/date=${entry.at.slice(0, 10)}/${time}-${entry.plan.id}-${entry.what}.json`;
  await s3.putIf(bucket, object, `${JSON.stringify(entry)}\n`, "absent");
}
