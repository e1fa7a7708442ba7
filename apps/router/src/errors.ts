/** The environment is not one the router can start in. */
export class RouterConfigError extends Error {
  readonly code = "ROUTER_CONFIG";
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `The environment of the router is wrong: ${faults.join("; ")}. Correct the function's variables; infra sets them.`,
    );
    this.name = "RouterConfigError";
    this.faults = faults;
  }
}
