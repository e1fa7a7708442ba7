import { IamRole } from "@cdktf/provider-aws/lib/iam-role/index.js";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy/index.js";
import { Construct } from "constructs";
import { type PrincipalStatement, policyDocument, principalPolicyDocument, type Statement } from "./policy.ts";

export interface ServiceRoleProps {
  readonly name: string;
  readonly description: string;
  readonly trust: PrincipalStatement;
  readonly statements: readonly Statement[];
}

/** A role with one trust statement and one inline policy: what a service may do, and nothing else. */
export class ServiceRole extends Construct {
  readonly role: IamRole;
  readonly policy: IamRolePolicy;

  constructor(scope: Construct, id: string, { name, description, trust, statements }: ServiceRoleProps) {
    super(scope, id);
    this.role = new IamRole(this, "resource", {
      name,
      description,
      assumeRolePolicy: principalPolicyDocument([trust]),
    });
    this.policy = new IamRolePolicy(this, "policy", {
      name: "permissions",
      role: this.role.id,
      policy: policyDocument(statements),
    });
  }

  get arn(): string {
    return this.role.arn;
  }
}
