/** Base of every error of `infra`. `code` is stable; the message tells the fault, its place and the remedy. */
export abstract class InfraError extends Error {
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** One or more values of an environment's configuration are wrong; `faults` has them all. */
export class ConfigError extends InfraError {
  readonly code = "INFRA_CONFIG_INVALID";
  readonly environment: string;
  readonly faults: readonly string[];

  constructor(environment: string, faults: readonly string[]) {
    super(
      `The configuration of ${environment} (infra/src/environments/${environment}.ts) has ${faults.length} fault(s):\n` +
        faults.map((fault) => `  - ${fault}`).join("\n"),
    );
    this.environment = environment;
    this.faults = faults;
  }
}

/** A name that is not one of the environments. */
export class UnknownEnvironmentError extends InfraError {
  readonly code = "INFRA_ENVIRONMENT_UNKNOWN";

  constructor(given: string | undefined, known: readonly string[]) {
    super(
      `Expected ENVIRONMENT (or --stack) to be one of ${known.join(", ")}, got ${given === undefined ? "nothing" : JSON.stringify(given)}. ` +
        `Example: ENVIRONMENT=${known.at(-1) ?? "prod"} pnpm synth`,
    );
  }
}

/** `deployAfter` of an environment leads nowhere, or in a circle. */
export class EnvironmentOrderError extends InfraError {
  readonly code = "INFRA_ENVIRONMENT_ORDER_INVALID";

  constructor(path: readonly string[], fault: string) {
    const [first = ""] = path;
    super(
      `${path.join(" → ")}: ${path.at(-1) ?? first} ${fault}. Mend deployAfter in infra/src/environments/${path.at(-2) ?? first}.ts.`,
    );
  }
}

/** A function's bundle has not been built, or its description cannot be read. */
export class FunctionArtifactError extends InfraError {
  readonly code = "INFRA_FUNCTION_ARTIFACT_UNUSABLE";
}

/** Two resources of one type would get the same Terraform address. */
export class DuplicateAddressError extends InfraError {
  readonly code = "INFRA_ADDRESS_DUPLICATE";

  constructor(address: string, first: string, second: string) {
    super(
      `Terraform address ${address} is claimed by construct ${first} and by ${second}: give one of them another id.`,
    );
  }
}

/** The route documents ask for something the stack cannot give. */
export class RouteDestinationError extends InfraError {
  readonly code = "INFRA_ROUTE_DESTINATION_INVALID";
}

/** A policy that does not fit into the number of managed policies a role may have. */
export class PolicyTooLargeError extends InfraError {
  readonly code = "INFRA_POLICY_TOO_LARGE";
}

/** A deployment that cannot go ahead; the message tells the step and the remedy. */
export class DeployError extends InfraError {
  readonly code = "INFRA_DEPLOY_REFUSED";
}

/** New versions that were taken back, or a step back that is not possible. */
export class ReleaseError extends InfraError {
  readonly code = "INFRA_RELEASE_TAKEN_BACK";
}

/** A program that a command needs is not on the path. */
export class ProgramMissingError extends InfraError {
  readonly code = "INFRA_PROGRAM_MISSING";

  constructor(program: string, cure: string) {
    super(`${program} is not on the path. ${cure}`);
  }
}

/** AWS refused a call; `awsCode` is its own error code, or empty where the call did not reach it. */
export class AwsCallError extends InfraError {
  readonly code = "INFRA_AWS_CALL_FAILED";
  readonly awsCode: string;

  constructor(command: string, awsCode: string, said: string) {
    super(`${command}\nfailed: ${said}`);
    this.awsCode = awsCode;
  }
}

/** The Kubernetes API refused a request; `status` is its HTTP status. */
export class KubernetesError extends InfraError {
  readonly code = "INFRA_KUBERNETES_FAILED";
  readonly status: number;

  constructor(message: string, status: number, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** A bootstrap that cannot go ahead; the message tells the missing part. */
export class BootstrapError extends InfraError {
  readonly code = "INFRA_BOOTSTRAP_REFUSED";
}

/** A deployment drill that cannot run, or that found a fault; the message tells the stage and the remedy. */
export class DrillError extends InfraError {
  readonly code = "INFRA_DRILL_FAILED";
}
