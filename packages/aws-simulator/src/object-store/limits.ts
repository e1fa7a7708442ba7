/** Longest object key in bytes of UTF-8. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
export const MAX_KEY_BYTES = 1024;

/**
 * Bucket names: 3 to 63 of lower-case letters, digits, dots and hyphens.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 */
export const bucketNamePattern = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/**
 * Longest encoded path segment: file names end at 255 bytes on ext4, APFS and NTFS; some are left for temporary names.
 */
export const MAX_SEGMENT_LENGTH = 200;
