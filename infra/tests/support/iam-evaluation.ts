import type { Json } from "../synthesized-plan.ts";
import { listed } from "../synthesized-plan.ts";

/** Values of condition keys of one request. */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>;

const matches = (pattern: string, value: string): boolean =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
  ).test(value);

/** Operators that the policies use: exact texts, texts and ARNs with wildcards. */
const operators: Readonly<Record<string, (wanted: string, value: string) => boolean>> = {
  StringEquals: (wanted, value) => wanted === value,
  StringLike: matches,
  ArnLike: matches,
};

function holds(operator: string, wanted: readonly string[], found: string | readonly string[] | undefined): boolean {
  if (operator === "StringNotEquals")
    return found === undefined || !listed(found).some((value) => wanted.includes(value));
  const compare = operators[operator.replace(/^For(Any|All)Values?:/, "")];
  if (compare === undefined) throw new Error(`the evaluation does not know ${operator}`);
  if (operator.startsWith("ForAllValues:")) {
    return listed(found ?? []).every((value) => wanted.some((one) => compare(one, value)));
  }
  return found !== undefined && listed(found).some((value) => wanted.some((one) => compare(one, value)));
}

/**
 * True if identity policies allow an action, as IAM evaluates them within one account: a denial wins, then any
 * statement that allows. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function isAllowed(
  policies: readonly string[],
  action: string,
  resource: string,
  context: RequestContext = {},
): boolean {
  const statements: Json[] = policies.flatMap((policy) => JSON.parse(policy).Statement);
  const applying = statements.filter(
    (statement) =>
      listed(statement.Action).some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())) &&
      listed(statement.Resource).some((pattern) => matches(pattern, resource)) &&
      Object.entries<Json>(statement.Condition ?? {}).every(([operator, keys]) =>
        Object.entries<Json>(keys).every(([key, wanted]) => holds(operator, listed(wanted), context[key])),
      ),
  );
  return applying.some(({ Effect }) => Effect === "Allow") && !applying.some(({ Effect }) => Effect === "Deny");
}
