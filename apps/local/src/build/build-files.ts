/**
 * Inputs of the build of the stack and of its programs, relative to the repository: all packages, so that none is
 * forgotten.
 */
export const buildInputs: readonly string[] = [
  "apps/enrichment",
  "apps/ingest",
  "apps/router",
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
export const buildOutputs: readonly string[] = [
  "apps/enrichment/dist",
  "apps/ingest/dist",
  "apps/router/dist",
  "infra/dist",
];
