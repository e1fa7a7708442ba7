/**
 * A zip uploaded directly through the Lambda API may hold at most 50 MB.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const MAX_ZIP_BYTES = 50 * 1024 * 1024;

/**
 * Unzipped code and layers together may hold at most 250 MB.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const MAX_UNZIPPED_BYTES = 250 * 1024 * 1024;
