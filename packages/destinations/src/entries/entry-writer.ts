import type { Clock, PutOptions, PutRecord } from "@millrace/put-records";
import type { OutputDelivery, OutputWriter } from "@millrace/stream-handler";
import {
  DestinationDeniedError,
  type DestinationError,
  DestinationExpiredError,
  DestinationMissingError,
  DestinationOutcomeUnknownError,
  DestinationThrottledError,
  DestinationUnavailableError,
  EventRefusedError,
  OversizedEventError,
} from "../errors.ts";
import {
  DEFAULT_TIMEOUT_MS,
  FIRST_WAIT_MS,
  LONGEST_WAIT_MS,
  MAX_REQUESTS_IN_FLIGHT,
  REQUEST_TIMEOUT_MS,
} from "../limits.ts";
import type { Entry, EntryFault, EntryService } from "./entry-service.ts";

export interface EntryWriterOptions {
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
}

/** An entry on its way. */
interface Pending {
  readonly entry: Entry;
  /** Among the records of the put. */
  readonly index: number;
  attempts: number;
  /** An attempt ended without an answer. */
  isAmbiguous: boolean;
}

/**
 * Writes to a service that takes a few entries a request: fills requests, sends again only what failed, and gives up at
 * the deadline. Entries of one put may be stored in any order.
 */
export class EntryWriter implements OutputWriter {
  readonly #service: EntryService;
  readonly #options: EntryWriterOptions;

  constructor(service: EntryService, options: EntryWriterOptions) {
    this.#service = service;
    this.#options = options;
  }

  /** Without a deadline it is {@link DEFAULT_TIMEOUT_MS} from now. */
  async put(records: readonly PutRecord[], options: PutOptions = {}): Promise<OutputDelivery[]> {
    const { deadline = this.#options.clock.now() + DEFAULT_TIMEOUT_MS } = options;
    const run = new EntryRun(this.#service, this.#options, records.length, deadline);
    const pending: Pending[] = [];
    for (const [index, { data }] of records.entries()) {
      const entry = this.#service.encode(data);
      if ("refusal" in entry) run.refuse(index, new EventRefusedError(`${this.#service.name}: ${entry.refusal}`));
      else if (entry.bytes > this.#service.maxEntryBytes) run.refuse(index, this.#oversized(entry));
      else pending.push({ entry, index, attempts: 0, isAmbiguous: false });
    }
    await run.writeAll(fillRequests(pending, this.#service));
    return run.deliveries();
  }

  #oversized({ bytes }: Entry): OversizedEventError {
    const { name, maxEntryBytes } = this.#service;
    return new OversizedEventError(
      `The event has ${bytes} bytes, and ${name} takes at most ${maxEntryBytes}. Have the route keep fewer fields.`,
    );
  }
}

/** Requests as full as the service's limits allow, in order. */
function fillRequests(pending: readonly Pending[], { maxEntries, maxRequestBytes }: EntryService): Pending[][] {
  const requests: Pending[][] = [];
  let bytes = 0;
  for (const one of pending) {
    const last = requests.at(-1);
    if (last !== undefined && last.length < maxEntries && bytes + one.entry.bytes <= maxRequestBytes) {
      last.push(one);
      bytes += one.entry.bytes;
    } else {
      requests.push([one]);
      bytes = one.entry.bytes;
    }
  }
  return requests;
}

/** One put. */
class EntryRun {
  readonly #service: EntryService;
  readonly #options: EntryWriterOptions;
  readonly #deadline: number;
  readonly #deliveries: (OutputDelivery | undefined)[];
  /** A fault of the whole destination: requests that wait are not made. */
  #lasting: EntryFault | undefined;

  constructor(service: EntryService, options: EntryWriterOptions, records: number, deadline: number) {
    this.#service = service;
    this.#options = options;
    this.#deadline = deadline;
    this.#deliveries = Array.from({ length: records }, () => undefined);
  }

  refuse(index: number, error: DestinationError): void {
    const reason = error instanceof OversizedEventError ? "oversized" : "rejected";
    this.#deliveries[index] = { status: "failed", reason, attempts: 0, isAmbiguous: false, error };
  }

  async writeAll(requests: readonly Pending[][]): Promise<void> {
    const waiting = [...requests];
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await this.#write(next);
    };
    await Promise.all(Array.from({ length: Math.min(MAX_REQUESTS_IN_FLIGHT, requests.length) }, work));
  }

  deliveries(): OutputDelivery[] {
    return this.#deliveries.map((delivery) => {
      if (delivery === undefined) throw new Error(`${this.#service.name}: a record was left without an outcome`);
      return delivery;
    });
  }

  /** Sends one request until each of its entries is stored, cannot be, or the time is up. */
  async #write(request: readonly Pending[]): Promise<void> {
    const { clock, random } = this.#options;
    let rest: readonly Pending[] = request;
    for (let round = 0; rest.length > 0; round += 1) {
      const lasting = this.#lasting;
      if (lasting !== undefined) {
        this.#failAll(rest, lasting);
        return;
      }
      if (clock.now() >= this.#deadline) {
        this.#failAll(rest, EXPIRED);
        return;
      }
      const { again, apart } = this.#settle(rest, await this.#send(rest));
      // One at a time: the fault may be of any of them.
      for (const one of apart) await this.#write([one]);
      rest = again.map(({ pending }) => pending);
      if (rest.length === 0) return;
      const waitMs = Math.ceil(random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(round, 10)));
      if (clock.now() + waitMs >= this.#deadline) {
        for (const { pending, fault } of again) this.#fail(pending, fault);
        return;
      }
      await new Promise<void>((resolve) => void clock.setTimeout(resolve, waitMs));
    }
  }

  async #send(request: readonly Pending[]): Promise<readonly (EntryFault | undefined)[]> {
    const { clock } = this.#options;
    const controller = new AbortController();
    const timeoutMs = Math.max(0, Math.min(REQUEST_TIMEOUT_MS, this.#deadline - clock.now()));
    let timer: unknown;
    const noAnswer = new Promise<readonly EntryFault[]>((resolve) => {
      timer = clock.setTimeout(() => {
        resolve(request.map(() => unanswered(`no answer within ${timeoutMs} ms`)));
        controller.abort();
      }, timeoutMs);
    });
    const answer = this.#service.send(
      request.map(({ entry }) => entry),
      controller.signal,
    );
    try {
      return await Promise.race([answer, noAnswer]);
    } finally {
      clock.clearTimeout(timer);
    }
  }

  #settle(
    request: readonly Pending[],
    faults: readonly (EntryFault | undefined)[],
  ): { again: { pending: Pending; fault: EntryFault }[]; apart: Pending[] } {
    const again: { pending: Pending; fault: EntryFault }[] = [];
    const apart: Pending[] = [];
    for (const [position, pending] of request.entries()) {
      const fault = faults[position];
      pending.attempts += 1;
      if (fault === undefined) {
        const { attempts, isAmbiguous } = pending;
        this.#deliveries[pending.index] = { status: "delivered", attempts, isAmbiguous };
        continue;
      }
      pending.isAmbiguous ||= fault.isAmbiguous;
      if (fault.concerns === "stream" || fault.concerns === "caller") this.#lasting = fault;
      if (fault.remedy === "again") again.push({ pending, fault });
      else if (fault.remedy === "apart" && request.length > 1) apart.push(pending);
      else this.#fail(pending, fault);
    }
    return { again, apart };
  }

  #failAll(rest: readonly Pending[], fault: EntryFault): void {
    for (const pending of rest) this.#fail(pending, fault);
  }

  #fail({ index, attempts, isAmbiguous }: Pending, fault: EntryFault): void {
    const error = errorOf(fault, this.#service.name, attempts);
    this.#deliveries[index] = { status: "failed", reason: fault.reason, attempts, isAmbiguous, error };
  }
}

const EXPIRED: EntryFault = {
  code: "expired",
  message: "the time was up",
  reason: "expired",
  concerns: "moment",
  isAmbiguous: false,
  remedy: "none",
};

/** The fault of every entry of a request without a usable answer. */
export function unanswered(message: string, cause?: unknown): EntryFault {
  return {
    code: "no-answer",
    message,
    reason: "unknown",
    concerns: "moment",
    isAmbiguous: true,
    remedy: "again",
    cause,
  };
}

function errorOf(fault: EntryFault, name: string, attempts: number): DestinationError {
  const { code, message, concerns, reason, cause } = fault;
  const text = `${name}: ${code}: ${message} (${attempts} ${attempts === 1 ? "attempt" : "attempts"})`;
  const options = { cause };
  if (concerns === "record") return new EventRefusedError(text, options);
  if (concerns === "stream") return new DestinationMissingError(text, options);
  if (concerns === "caller") return new DestinationDeniedError(text, options);
  switch (reason) {
    case "throttled":
      return new DestinationThrottledError(text, options);
    case "unavailable":
      return new DestinationUnavailableError(text, options);
    case "expired":
      return new DestinationExpiredError(text, options);
    default:
      return new DestinationOutcomeUnknownError(text, options);
  }
}
