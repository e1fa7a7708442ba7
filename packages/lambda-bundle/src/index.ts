export {
  bundleFunction,
  type BundleOptions,
  type BundleResult,
  type Departures,
  type FunctionManifest,
} from "./bundle-function.ts";
export { createDeterministicZip, type ZipEntries } from "./deterministic-zip.ts";
export { BundleTooLargeError, BundlingFailedError, LambdaBundleError } from "./errors.ts";
export { MAX_UNZIPPED_BYTES, MAX_ZIP_BYTES } from "./limits.ts";
