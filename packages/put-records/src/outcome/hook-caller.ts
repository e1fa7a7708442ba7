import type { PutRecordsHooks } from "../types.ts";

/** Calls the caller's hooks so that a fault in one of them cannot lose a record. */
export class HookCaller {
  readonly #hooks: PutRecordsHooks;
  /** How often a hook threw. */
  errors = 0;

  constructor(hooks: PutRecordsHooks) {
    this.#hooks = hooks;
  }

  call<K extends keyof PutRecordsHooks>(name: K, report: Parameters<NonNullable<PutRecordsHooks[K]>>[0]): void {
    const hook = this.#hooks[name] as ((report: unknown) => void) | undefined;
    if (hook === undefined) return;
    try {
      hook.call(this.#hooks, report);
    } catch {
      this.errors++;
    }
  }
}
