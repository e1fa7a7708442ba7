import { PolicyTooLargeError } from "../errors.ts";
import { MANAGED_POLICIES_PER_ROLE, MANAGED_POLICY_MAX_CHARACTERS } from "../limits.ts";

/** One IAM permission, least privilege by type: resources are spelled out, never left to a default. */
export interface Statement {
  /** Default `Allow`. */
  readonly effect?: "Allow" | "Deny";
  readonly sid: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** Who may assume a role, or whom a resource policy names. */
type Principal = { readonly Service: string } | { readonly Federated: string } | { readonly AWS: string };

/** A statement of a trust or resource policy. */
export interface PrincipalStatement extends Omit<Statement, "resources"> {
  readonly principal: Principal | "*";
  readonly resources?: readonly string[];
}

const body = ({ sid, actions, resources, conditions }: Omit<Statement, "resources"> & Partial<Statement>) => ({
  Sid: sid,
  Action: actions.length === 1 ? actions[0] : actions,
  ...(resources === undefined ? {} : { Resource: resources.length === 1 ? resources[0] : resources }),
  ...(conditions === undefined ? {} : { Condition: conditions }),
});

/** An identity policy as IAM reads it. */
export const policyDocument = (statements: readonly Statement[]): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: statements.map(({ effect = "Allow", ...statement }) => ({ Effect: effect, ...body(statement) })),
  });

/** A trust policy or resource policy as IAM reads it. */
export const principalPolicyDocument = (statements: readonly PrincipalStatement[]): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: statements.map(({ effect = "Allow", principal, ...statement }) => ({
      Effect: effect,
      Principal: principal,
      ...body(statement),
    })),
  });

/**
 * Splits resources over as few policies as their size allows, in order, so that hundreds of routes still name every
 * stream exactly. `sizeOf` is the length of a resource after Terraform has filled its references in.
 */
export function splitByPolicySize<T>(
  resources: readonly T[],
  sizeOf: (resource: T) => number,
): readonly (readonly T[])[] {
  // Version, Sid, two actions and brackets of the one statement, rounded up.
  const overhead = 400;
  const parts: T[][] = [];
  let room = 0;
  for (const resource of resources) {
    const size = sizeOf(resource) + 3; // quotes and comma
    let part = parts.at(-1);
    if (part === undefined || size > room) {
      part = [];
      parts.push(part);
      room = MANAGED_POLICY_MAX_CHARACTERS - overhead;
    }
    part.push(resource);
    room -= size;
  }
  if (parts.length > MANAGED_POLICIES_PER_ROLE) {
    throw new PolicyTooLargeError(
      `${resources.length} resources need ${parts.length} managed policies; a role takes ${MANAGED_POLICIES_PER_ROLE}. ` +
        "Ask AWS for a higher quota, or split the router.",
    );
  }
  return parts;
}
