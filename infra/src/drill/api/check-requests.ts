import type { ObjectValue } from "../provider/dynamic-value.ts";
import type { World } from "../provider/world.ts";
import { OperationModel } from "./api-model.ts";
import { awsRequests } from "./aws-requests.ts";
import { buildRequest } from "./build-request.ts";
import { type SnowflakeAccount, snowflakeFaults } from "./snowflake-rules.ts";

/** Answers that the APIs behind the providers would give to a change. */
export interface CheckedRequests {
  readonly requests: number;
  readonly faults: readonly string[];
  /** Types that no rule knows: nothing of them was checked. */
  readonly unchecked: readonly string[];
}

const models = new Map<string, OperationModel>();

/** The model of `service:Operation`. */
function modelOf(call: string): OperationModel {
  const [service = "", operation = ""] = call.split(":");
  const model = models.get(call) ?? new OperationModel(service, operation);
  models.set(call, model);
  return model;
}

/** Builds the requests that the real provider would send for a resource, and checks each. */
export function checkRequests(
  type: string,
  state: ObjectValue,
  world: World,
  account: SnowflakeAccount,
): CheckedRequests {
  if (type.startsWith("snowflake_")) {
    return { requests: 1, faults: snowflakeFaults(type, state, world, account), unchecked: [] };
  }
  if (!type.startsWith("aws_")) return { requests: 0, faults: [], unchecked: [] };
  const rules = awsRequests[type];
  if (rules === undefined) return { requests: 0, faults: [], unchecked: [type] };
  const checked = rules
    .filter(({ when = () => true }) => when(state))
    .map((rule) => {
      const model = modelOf(rule.call);
      return model.faultsOf(buildRequest(model, rule.state?.(state) ?? state, rule));
    });
  return { requests: checked.length, faults: checked.flat(), unchecked: [] };
}
