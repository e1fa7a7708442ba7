import type { Clock } from "@millrace/put-records";
import { loadRouteArtifact, type RouteSet } from "@millrace/routes/runtime";
import type { Logger } from "@millrace/telemetry";

/** Looks for newer routes: `undefined` when there is nothing newer than `etag`. */
export type FetchRoutes = (
  etag: string | undefined,
  signal: AbortSignal,
) => Promise<{ readonly etag: string; readonly text: string } | undefined>;

export interface RouteSourceOptions {
  /** The routes in the bundle, in force until something newer passes. */
  readonly bundled: RouteSet;
  readonly fetchRoutes: FetchRoutes;
  readonly checkEveryMs: number;
  /** A look takes at most this long. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Keeps the routes up to date while the function runs. Whatever goes wrong, the routes in force stay in force: a look
 * that fails costs its timeout once per interval, and what does not pass its checks is refused and not looked at again.
 */
export class RouteSource {
  readonly #options: RouteSourceOptions;
  #routes: RouteSet;
  #etag: string | undefined;
  #nextCheckAt: number;

  constructor(options: RouteSourceOptions) {
    this.#options = options;
    this.#routes = options.bundled;
    // A new environment looks at once: its bundle may be older than the routes of running environments.
    this.#nextCheckAt = options.clock.now();
  }

  current(): RouteSet {
    return this.#routes;
  }

  /** Looks for newer routes when it is time. Never throws. */
  async refresh(): Promise<void> {
    const { bundled, clock, checkEveryMs, logger } = this.#options;
    if (clock.now() < this.#nextCheckAt) return;
    this.#nextCheckAt = clock.now() + checkEveryMs;
    try {
      const found = await this.#fetch();
      if (found === undefined) return;
      this.#etag = found.etag;
      const routes = loadRouteArtifact(found.text, bundled.destinations);
      if (routes.version === this.#routes.version) return;
      logger.info("Newer routes are in force", { name: routes.version });
      this.#routes = routes;
    } catch (error) {
      logger.error("Newer routes were not taken", { name: this.#routes.version, error });
    }
  }

  async #fetch(): ReturnType<FetchRoutes> {
    const { clock, fetchRoutes, timeoutMs } = this.#options;
    const controller = new AbortController();
    const timer = clock.setTimeout(() => controller.abort(), timeoutMs);
    try {
      return await fetchRoutes(this.#etag, controller.signal);
    } finally {
      clock.clearTimeout(timer);
    }
  }
}
