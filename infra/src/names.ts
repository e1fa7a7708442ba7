import type { EnvironmentName } from "./config/schema.ts";

/** The alias that mappings call: it names the version of a function that runs. */
export const LIVE_ALIAS = "live";

/** Every physical name begins with this, followed by the environment. */
export const prefixOf = (environment: EnvironmentName): string => `millrace-${environment}`;

/** Physical name of a resource that is unique within an account and region. */
export const physicalName = (environment: EnvironmentName, purpose: string): string =>
  `${prefixOf(environment)}-${purpose}`;

/** Bucket names are global: the account id makes ours unique. */
export const bucketName = (environment: EnvironmentName, purpose: string, accountId: string): string =>
  `${physicalName(environment, purpose)}-${accountId}`;

/**
 * Path of the roles and policies of CI. A role below it matches no `role/millrace-<environment>-*`, so that the role
 * that deploys cannot change itself or its sisters.
 */
export const CI_PATH = "/millrace-ci/";

/** Policy that bounds every role of the pipeline; `bootstrap` makes it. */
export const boundaryArn = (environment: EnvironmentName, accountId: string): string =>
  `arn:aws:iam::${accountId}:policy${CI_PATH}${physicalName(environment, "boundary")}`;
