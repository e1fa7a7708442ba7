import type { Entry } from "../../src/entry.ts";
import { KEEPALIVE_BUDGET_BYTES } from "../../src/limits.ts";
import type { Page, PageListener } from "../../src/page.ts";

/** A page whose moments a test chooses, with a store that is a map. */
export class FakePage implements Page {
  hasKeepalive = true;
  online = true;
  keeping = true;
  readonly kept = new Map<string, Entry>();
  readonly beacons: { url: string; text: string }[] = [];
  listener: PageListener | undefined;
  reserved = 0;

  start(listener: PageListener): void {
    this.listener = listener;
  }

  stop(): void {
    this.listener = undefined;
  }

  isOnline(): boolean {
    return this.online;
  }

  isKeeping(): boolean {
    return this.keeping;
  }

  keep(entry: Entry): void {
    this.kept.set(entry.key, entry);
  }

  forget(key: string): void {
    this.kept.delete(key);
  }

  keepaliveBytes(): number {
    return KEEPALIVE_BUDGET_BYTES - this.reserved;
  }

  reserve(bytes: number): boolean {
    if (bytes > this.keepaliveBytes()) return false;
    this.reserved += bytes;
    return true;
  }

  release(bytes: number): void {
    this.reserved -= bytes;
  }

  beacon(url: string, text: string): boolean {
    this.beacons.push({ url, text });
    return true;
  }
}
