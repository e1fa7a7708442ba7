import type { Statement } from "../../constructs/policy.ts";
import { otherKinds } from "../../destinations/facts.ts";
import type { RoleScope } from "./scope.ts";

/** Returns the reads of Terraform for destinations of each kind but streams, which the pipeline has for itself, too. */
export const readDestinations = (scope: RoleScope): readonly Statement[] => statements(scope, "Read", "read");

/** Returns the changes of a deployment to the same. */
export const writeDestinations = (scope: RoleScope): readonly Statement[] => statements(scope, "Write", "write");

const statements = ({ arn, prefix }: RoleScope, verb: string, access: "read" | "write"): readonly Statement[] =>
  otherKinds.map(({ plural, terraform, service, resource }) => ({
    sid: `${verb}${plural}`,
    actions: terraform[access],
    resources: [arn(service, `${resource}${prefix}-*`)],
  }));
