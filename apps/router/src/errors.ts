/** The environment lacks what the router needs to start. */
export class RouterConfigError extends Error {
  readonly code = "ROUTER_CONFIG";
  readonly missing: readonly string[];

  constructor(missing: readonly string[]) {
    super(`Environment variables are missing: ${missing.join(", ")}. Set them on the function; infra does.`);
    this.name = "RouterConfigError";
    this.missing = missing;
  }
}
