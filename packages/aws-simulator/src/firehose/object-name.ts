import { createUuid } from "../uuid.ts";
import type { DeliveryStreamSettings } from "./delivery-stream-options.ts";
import { evaluatePrefix } from "./prefix.ts";

/**
 * The key of an object: `<prefix><name>-<version>-YYYY-MM-dd-HH-MM-SS-<uuid><extension>`. The prefix tells when the
 * oldest record arrived, the name when the object was written; both in UTC.
 * https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html
 */
export function objectKey(settings: DeliveryStreamSettings, oldestArrivalMs: number): string {
  const { random, clock, name, version, fileExtension } = settings;
  const prefix = evaluatePrefix(settings.prefix, { time: new Date(oldestArrivalMs), random });
  const second = new Date(clock.now()).toISOString().slice(0, 19).replaceAll(/[T:]/g, "-");
  return `${prefix}${name}-${version}-${second}-${createUuid(random)}${fileExtension}`;
}
