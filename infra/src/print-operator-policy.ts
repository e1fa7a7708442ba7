import { ENVIRONMENTS } from "./config/environments.ts";
import { policyDocument } from "./constructs/policy.ts";
import { environmentPlaces } from "./inputs/environment-places.ts";
import { OPERATOR_TASKS, operatorStatements } from "./inputs/operator-policies.ts";

/** Prints the IAM policy of one command of operators in one environment, for a role or a permission set. */
const [stage, task] = process.argv.slice(2);
const place = environmentPlaces().find(({ name }) => name === stage);
const known = OPERATOR_TASKS.find((name) => name === task);
if (place === undefined || known === undefined) {
  process.stderr.write(`Usage: operator-policy <${ENVIRONMENTS.join("|")}> <${OPERATOR_TASKS.join("|")}>\n`);
  process.exitCode = 2;
} else {
  const statements = operatorStatements(place, known);
  process.stdout.write(`${JSON.stringify(JSON.parse(policyDocument(statements)), null, 2)}\n`);
}
