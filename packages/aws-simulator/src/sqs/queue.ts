import { createHash } from "node:crypto";
import { MessageLog } from "../json-service/message-log.ts";
import type { Random } from "../random.ts";
import { createUuid } from "../uuid.ts";

interface Message {
  readonly id: string;
  readonly body: string;
  readonly md5: string;
  readonly sentMs: number;
  visibleAtMs: number;
  receiveCount: number;
  firstReceivedMs: number;
  /** Of the last receive; an older one deletes nothing. */
  receipt: string;
}

/** A message as it is received. */
export interface ReceivedMessage {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly MD5OfBody: string;
  readonly Body: string;
  readonly Attributes: Readonly<Record<string, string>>;
}

export interface QueueOptions {
  readonly name: string;
  readonly visibilitySeconds: number;
  readonly retentionSeconds: number;
  /** Above this the oldest messages go, received or not. */
  readonly maxLength: number;
  /** Called before the first message goes that way. */
  readonly onOverflow: () => void;
  readonly random: Random;
}

/** A standard queue: at least once, in no promised order, gone when deleted or too old. */
export class Queue {
  readonly name: string;
  readonly visibilitySeconds: number;
  readonly retentionSeconds: number;
  readonly log = new MessageLog();
  readonly #random: Random;
  readonly #messages = new Map<string, Message>();
  readonly #byReceipt = new Map<string, Message>();
  readonly #options: QueueOptions;
  #length = 0;
  #hasOverflowed = false;

  constructor(options: QueueOptions) {
    this.#options = options;
    this.name = options.name;
    this.visibilitySeconds = options.visibilitySeconds;
    this.retentionSeconds = options.retentionSeconds;
    this.#random = options.random;
  }

  send(body: string, now: number): { readonly MessageId: string; readonly MD5OfMessageBody: string } {
    const id = createUuid(this.#random);
    const md5 = createHash("md5").update(body).digest("hex");
    const message = { id, body, md5, sentMs: now, visibleAtMs: now, receiveCount: 0, firstReceivedMs: 0, receipt: "" };
    this.#messages.set(id, message);
    this.#length += body.length;
    this.#dropOverflow();
    this.log.add(body, now);
    return { MessageId: id, MD5OfMessageBody: md5 };
  }

  receive(most: number, visibilitySeconds: number, now: number): ReceivedMessage[] {
    this.#expire(now);
    const received: ReceivedMessage[] = [];
    for (const message of this.#messages.values()) {
      if (received.length >= most) break;
      if (message.visibleAtMs > now) continue;
      this.#byReceipt.delete(message.receipt);
      message.receipt = createUuid(this.#random);
      this.#byReceipt.set(message.receipt, message);
      message.visibleAtMs = now + visibilitySeconds * 1_000;
      message.receiveCount += 1;
      if (message.receiveCount === 1) message.firstReceivedMs = now;
      received.push({
        MessageId: message.id,
        ReceiptHandle: message.receipt,
        MD5OfBody: message.md5,
        Body: message.body,
        Attributes: {
          SentTimestamp: String(message.sentMs),
          ApproximateReceiveCount: String(message.receiveCount),
          ApproximateFirstReceiveTimestamp: String(message.firstReceivedMs),
        },
      });
    }
    return received;
  }

  /** Deleting what is gone is no fault. */
  delete(receipt: string): void {
    const message = this.#byReceipt.get(receipt);
    if (message === undefined) return;
    this.#forget(message);
  }

  /** @returns whether the receipt is one of a message that is being handled */
  changeVisibility(receipt: string, seconds: number, now: number): boolean {
    const message = this.#byReceipt.get(receipt);
    if (message === undefined) return false;
    message.visibleAtMs = now + seconds * 1_000;
    return true;
  }

  purge(): void {
    this.#messages.clear();
    this.#length = 0;
    this.#byReceipt.clear();
  }

  /** Messages that can be received, and that somebody has. */
  counts(now: number): { readonly visible: number; readonly notVisible: number } {
    this.#expire(now);
    let visible = 0;
    for (const { visibleAtMs } of this.#messages.values()) if (visibleAtMs <= now) visible += 1;
    return { visible, notVisible: this.#messages.size - visible };
  }

  /** When the oldest message that nobody has deleted was sent, epoch milliseconds; undefined in an empty queue. */
  oldestSentMs(now: number): number | undefined {
    this.#expire(now);
    return this.#messages.values().next().value?.sentMs;
  }

  /** They lie in the order in which they came. */
  #expire(now: number): void {
    for (const message of this.#messages.values()) {
      if (message.sentMs + this.retentionSeconds * 1_000 > now) return;
      this.#forget(message);
    }
  }

  #dropOverflow(): void {
    for (const message of this.#messages.values()) {
      if (this.#length <= this.#options.maxLength) return;
      if (!this.#hasOverflowed) this.#options.onOverflow();
      this.#hasOverflowed = true;
      this.#forget(message);
    }
  }

  #forget(message: Message): void {
    this.#messages.delete(message.id);
    this.#byReceipt.delete(message.receipt);
    this.#length -= message.body.length;
  }
}
