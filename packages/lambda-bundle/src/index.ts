export {
  bundleFunction,
  type BundleOptions,
  type BundleResult,
  type Departures,
  type FunctionManifest,
} from "./bundle-function.ts";
export { createDeterministicZip, type ZipEntries } from "./deterministic-zip.ts";
export { BundleTooLargeError, BundlingFailedError, LambdaBundleError } from "./errors.ts";
export { maxUnzippedBytes, maxZipBytes } from "./limits.ts";
