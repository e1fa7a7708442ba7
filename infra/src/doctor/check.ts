import type { EnvironmentConfig } from "../config/schema.ts";
import type { RoleScope } from "../bootstrap/roles/scope.ts";
import type { ClusterApi } from "../kubernetes/cluster-api.ts";
import type { EksCluster } from "../programs/aws-answers.ts";
import type { AwsCommandLine } from "../programs/aws-command-line.ts";
import type { RunProgram } from "../programs/run-program.ts";
import type { RunSql } from "@millrace/snowflake-api";

/**
 * Result of a check. `missing` keeps a deployment from working; `later` comes with the first deployment or publication.
 */
export type Finding =
  | { readonly status: "in place"; readonly says: string }
  | { readonly status: "missing" | "later"; readonly says: string; readonly cure: string };

/** Inputs of checks, read-only. */
export interface Surroundings {
  readonly config: EnvironmentConfig;
  readonly scope: RoleScope;
  readonly run: RunProgram;
  readonly aws: AwsCommandLine;
  /** `cluster` of `aws eks describe-cluster`; `undefined` where there is none. Asked once. */
  readonly describeCluster: () => Promise<EksCluster | undefined>;
  readonly cluster: () => Promise<ClusterApi>;
  /** Missing without the deploying user's key. */
  readonly snowflake: RunSql | undefined;
  /** Name servers of a domain; rejects where there are none. */
  readonly resolveNs: (domain: string) => Promise<readonly string[]>;
  /** Addresses of a host; rejects where there are none. */
  readonly resolveHost: (host: string) => Promise<readonly string[]>;
  /** Reads a file of the repository. */
  readonly readFile: (path: string) => string;
  readonly now: () => number;
}

export interface Check {
  readonly name: string;
  /** Name of the check that this one needs. If that one failed, this one is skipped. */
  readonly needs?: string;
  look(surroundings: Surroundings): Promise<Finding>;
}

export const inPlace = (says: string): Finding => ({ status: "in place", says });
export const missing = (says: string, cure: string): Finding => ({ status: "missing", says, cure });
export const later = (says: string, cure: string): Finding => ({ status: "later", says, cure });
