import type { Clock } from "../clock.ts";
import type { ServiceFaults } from "./service-faults.ts";

/** The model of a service whose operations take and give JSON. */
export interface JsonService {
  /** The service in words. */
  readonly name: string;
  /** Before the operation in `X-Amz-Target`: `AmazonSQS.`. */
  readonly targetPrefix: string;
  readonly contentType: string;
  /** Bodies above this are answered with 413. */
  readonly maxBodyBytes: number;
  readonly clock: Clock;
  readonly faults: ServiceFaults | undefined;
  /** How long an empty answer (`{}`) may wait for something to answer with; without it, not at all. */
  waitMs?(operation: string | undefined, body: string): number;
  /** Told where it is served over HTTP, for answers that hold an address. */
  servedAt?(url: string): void;
  /** @throws ServiceError for what the service refuses */
  execute(operation: string, input: Readonly<Record<string, unknown>>): object;
}
