import type { ClusterApi } from "../kubernetes/cluster-api.ts";
import type { AwsCommandLine } from "../programs/aws-command-line.ts";
import type { RunSql } from "@millrace/snowflake-api";

/** One change. `aws` commands come without region and output format. */
export type Change =
  | {
      readonly by: "aws";
      readonly args: readonly string[];
      /**
       * Content of {@link SECRET_FILE}, which the arguments name: it is there, for its owner only, while the command
       * runs.
       */
      readonly secret?: string;
    }
  /** Server-side apply of one object. */
  | { readonly by: "kubernetes"; readonly path: string; readonly object: object }
  | { readonly by: "snowflake"; readonly statement: string };

/** File of a secret, in the folder where commands run. */
export const SECRET_FILE = "private/secret.json";

/** File of a document, in that folder. */
export const policyFile = (name: string): string => `policies/${name}.json`;
export const trustFile = (role: string): string => `roles/${role}.trust.json`;

/** The services that a step compares with and changes. */
export interface World {
  readonly aws: AwsCommandLine;
  readonly cluster: () => Promise<ClusterApi>;
  /** Missing without an administrator's login. */
  readonly snowflake: RunSql | undefined;
}

/** Something that has to exist before the first deployment. */
export interface Step {
  /** For example `state bucket millrace-dev-terraform-state`. */
  readonly title: string;
  /**
   * Compares what is there with what has to be and returns the changes that close the gap, none when there is no gap.
   * Without a world nothing is there, which gives the changes for empty accounts.
   */
  pending(world: World | undefined): Promise<readonly Change[]>;
  /** Returns a text to print after the changes, for example a key that is shown once. */
  readonly afterwards?: () => string | undefined;
}

/** A change by the `aws` program. */
export const byAws = (...args: readonly string[]): Change => ({ by: "aws", args });

/** True if two JSON documents are equal apart from the order of members. */
export function isSameJson(left: unknown, right: unknown): boolean {
  return canonical(left) === canonical(right);
}

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
