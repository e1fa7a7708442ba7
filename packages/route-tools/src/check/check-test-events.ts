import type { Contract } from "@millrace/contract-tools/registry";
import type { Scalar } from "@millrace/event-pattern";
import type { Route } from "@millrace/routes";
import { pointerStep } from "@millrace/schema-graph";
import { whyNowhere } from "../analysis/can-hold.ts";
import type { EventModel } from "../analysis/event-model.ts";
import { whyMaskedNever } from "../analysis/masked-values.ts";
import type { RouteFinding } from "./check-routes.ts";

/** A value of a test's event and where it stands; elements of arrays stand where the array stands. */
interface Leaf {
  readonly path: string;
  readonly pointer: string;
  readonly value: Scalar;
}

/** The events of inline tests are events that there can be: their fields exist, and hold what the contracts allow. */
export function checkTestEvents({ tests }: Route, model: EventModel): RouteFinding[] {
  return tests.flatMap(({ event }, index) => {
    const leaves = [...leavesOf(event, "", "")];
    const at = `/tests/${index}/event`;
    if (leaves.length === 0) {
      const message = "The event holds nothing, so the test shows nothing.";
      return [finding(at, message, "Give it the fields that the pattern looks at.")];
    }
    const contracts = contractsOf(leaves, model);
    const [first] = leaves.flatMap((leaf) => faultOf(leaf, contracts, model) ?? []);
    // One fault a test: a mistyped part makes all that is below it unknown.
    return first === undefined ? [] : [finding(at + first.pointer, first.message, first.fix)];
  });
}

function finding(pointer: string, message: string, fix: string): RouteFinding {
  return { severity: "error", pointer, rule: "test-event", message, fix };
}

/** Contracts that the event's data has to hold; undefined: it breaks its contract or has none, so anything goes. */
function contractsOf(leaves: readonly Leaf[], model: EventModel): readonly Contract[] | undefined {
  const value = (path: string): Scalar | undefined => leaves.find((leaf) => leaf.path === path)?.value;
  const status = value("validation.status");
  if (status !== undefined && status !== "valid") return undefined;
  const [type, schema] = [value("event.type"), value("validation.schema")];
  const contracts = model.registry.contracts.filter(
    (contract) => contract.type === type && (typeof schema !== "string" || contract.id === schema),
  );
  return contracts.length === 0 ? undefined : contracts;
}

function faultOf(
  { path, pointer, value }: Leaf,
  contracts: readonly Contract[] | undefined,
  model: EventModel,
): { pointer: string; message: string; fix: string } | undefined {
  const isData = path.startsWith("event.data.");
  if (isData && contracts === undefined) return undefined;
  const asked: readonly (Contract | undefined)[] = isData ? (contracts ?? []) : [undefined];
  const known = asked.map((contract) => model.facts(path, contract)).filter(({ isUnknown }) => !isUnknown);
  if (known.length === 0) {
    const place = isData ? "No contract of the event's type has" : "An enriched event has no";
    return { pointer, message: `${place}${isData ? " a" : ""} field "${path}".`, fix: "Correct the name." };
  }
  if (typeof value === "object" && value !== null) return undefined;
  const criterion = { op: "equals", value } as const;
  const why = whyNowhere(criterion, known);
  if (why !== undefined) {
    const message = `There is no such event: ${JSON.stringify(value)} is not what "${path}" holds. ${why.message}`;
    return { pointer, message, fix: "Use a value that the contract allows, or give the event the status invalid." };
  }
  const masked = known.map(({ privacy }) => privacy && whyMaskedNever(criterion, privacy));
  if (masked[0] === undefined || !masked.every((reason) => reason !== undefined)) return undefined;
  return {
    pointer,
    message: `There is no such event: ${masked[0]} ("${path}").`,
    fix: "Use what is left of the value.",
  };
}

function* leavesOf(value: unknown, path: string, pointer: string): Generator<Leaf> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* leavesOf(item, path, `${pointer}/${index}`);
  } else if (typeof value === "object" && value !== null && value.constructor === Object) {
    for (const [key, member] of Object.entries(value)) {
      yield* leavesOf(member, path === "" ? key : `${path}.${key}`, pointer + pointerStep(key));
    }
  } else yield { path, pointer, value: value as Scalar };
}
