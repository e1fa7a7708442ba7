import type { EnvironmentConfig } from "../config/schema.ts";

/** The kind of object that runs the event service: pods with a volume of their own are a StatefulSet's. */
export function workloadOf({ spool }: Pick<EnvironmentConfig["ingest"], "spool">): {
  readonly kind: "Deployment" | "StatefulSet";
  /** As kubectl names it. */
  readonly resource: string;
} {
  return spool.mode === "none"
    ? { kind: "Deployment", resource: "deployment/ingest" }
    : { kind: "StatefulSet", resource: "statefulset/ingest" };
}
