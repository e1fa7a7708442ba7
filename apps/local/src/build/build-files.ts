/** Programs that the stack runs: each has a build, and its sources are watched. */
export const builtApps: readonly string[] = [
  "apps/canary",
  "apps/enrichment",
  "apps/ingest",
  "apps/replay-job",
  "apps/router",
];

/**
 * Inputs of the build of the stack and of its programs, relative to the repository: all packages, so that none is
 * forgotten.
 */
export const buildInputs: readonly string[] = [
  ...builtApps,
  "infra",
  "packages",
  "schemas",
  "package.json",
  "pnpm-lock.yaml",
  "pnpm-workspace.yaml",
  "turbo.json",
  // Written by every installation.
  "node_modules/.modules.yaml",
  "node_modules/.pnpm/lock.yaml",
];

/** Outputs of the build that a run needs. */
export const buildOutputs: readonly string[] = [...builtApps.map((app) => `${app}/dist`), "infra/dist"];
