import type { PrivacyDetector } from "@millrace/event-contracts";
import { nameDestination, type Reshape, type Route } from "@millrace/routes";
import { allDetectors, isCredentialName, scanText } from "@millrace/sensitive-text";
import { pointerStep } from "@millrace/schema-graph";
import { coverageOf } from "../analysis/covered-contracts.ts";
import type { EventModel } from "../analysis/event-model.ts";
import { describeStream } from "../delivered/delivered-stream.ts";
import type { ShapeFault } from "../delivered/reshape-schema.ts";
import { checkKnown } from "./check-fields.ts";
import type { ParsedRoute, RouteFinding } from "./check-routes.ts";
import { isDelivered } from "./check-sensitive.ts";

/**
 * The names that the routes of a destination give, held against what they deliver. Its routes say the same, so the
 * first one is told.
 */
export function checkReshape(parsed: ParsedRoute, all: readonly ParsedRoute[], model: EventModel): RouteFinding[] {
  const { reshape } = parsed.route;
  const { name } = nameDestination(parsed.route.destination);
  const routes = all.filter(({ route }) => nameDestination(route.destination).name === name);
  if (reshape === undefined || routes[0] !== parsed) return [];
  const secrets = secretConstants(reshape);
  const named = namedFields(reshape);
  const contracts = routes.flatMap(({ conjunctions }) =>
    conjunctions.flatMap((conjunction) => coverageOf(conjunction, model).contracts),
  );
  const unknown = named.flatMap(([path, pointer]) => checkKnown(path, pointer, [...new Set(contracts)], model));
  if (unknown.length > 0) return [...secrets, ...unknown];
  const left = named.filter(([path]) => !routes.some(({ route }) => isDelivered(path, route)));
  const gone = left.map(([path, pointer]) => {
    const message = `No route to "${name}" delivers "${path}": "project" leaves it out.`;
    return { rule: "reshape-field", pointer, message, fix: "Remove the entry, or deliver the field." };
  });
  const faults = describeStream(name, [parsed.document], model)?.shapeFaults ?? [];
  const distinct = new Map(faults.map((each) => [`${each.kind} ${each.path}`, each])).values();
  const found = [...gone, ...[...distinct].map((each) => findingOf(each, reshape, parsed.route))];
  return [...secrets, ...found.map((each): RouteFinding => ({ severity: "error", ...each }))];
}

const kindsOfDatum: Readonly<Record<PrivacyDetector, string>> = {
  card: "a card number",
  email: "an e-mail address",
  iban: "an IBAN",
  ip: "an IP address",
  phone: "a telephone number",
  secret: "a credential",
};

/** Constants that would stand in the repository and in every copy. The message does not repeat them. */
function secretConstants({ constant = {} }: Reshape): RouteFinding[] {
  return Object.entries(constant).flatMap(([path, value]): RouteFinding[] => {
    if (typeof value !== "string" && typeof value !== "number") return [];
    const [found] = scanText(String(value), allDetectors).found;
    const isNamed = isCredentialName(path.slice(path.lastIndexOf(".") + 1)) && value !== "";
    if (found === undefined && !isNamed) return [];
    const looks = found === undefined ? "has the name of a credential" : `looks like ${kindsOfDatum[found]}`;
    return [
      {
        rule: "reshape-secret",
        severity: "error",
        pointer: `/reshape/constant${pointerStep(path)}`,
        message: `The constant "${path}" ${looks}. It would lie in the repository and in every event delivered.`,
        fix: "Remove it, and revoke it if it is a credential; whoever reads the stream has to get it from a secret.",
      },
    ];
  });
}

function namedFields({ rename = {}, flatten = [] }: Reshape): [path: string, pointer: string][] {
  return [
    ...Object.keys(rename).map((path): [string, string] => [path, `/reshape/rename${pointerStep(path)}`]),
    ...flatten.map((path, index): [string, string] => [path, `/reshape/flatten/${index}`]),
  ];
}

function findingOf({ kind, path }: ShapeFault, reshape: Reshape, { name }: Route): Omit<RouteFinding, "severity"> {
  const { rename = {}, flatten = [], constant = {} } = reshape;
  const constantAt = Object.keys(constant).find((each) => each === path || each.startsWith(`${path}.`));
  const flat = flatten.findIndex((each) => path === each || path.startsWith(`${each}.`));
  switch (kind) {
    case "taken": {
      if (constantAt !== undefined) {
        const message = `Route "${name}" delivers a field "${path}", which the constant would replace.`;
        const fix = 'Choose another name, or leave the field out with "project".';
        return { rule: "reshape-collision", pointer: `/reshape/constant${pointerStep(constantAt)}`, message, fix };
      }
      const parent = path.slice(0, path.lastIndexOf("."));
      const own = path.slice(parent.length + 1);
      const renamed = Object.keys(rename).find((each) => rename[each] === own && parentOf(each) === parent);
      const beginning = flatten.findIndex((each) => parentOf(each) === parent);
      const pointer =
        renamed === undefined ? `/reshape/flatten/${beginning}` : `/reshape/rename${pointerStep(renamed)}`;
      const message = `Route "${name}" delivers a field "${path}", whose name would be given to another.`;
      const fix = 'Choose another name or separator, rename that field too, or leave it out with "project".';
      return { rule: "reshape-collision", pointer, message, fix };
    }
    case "separator": {
      const message = `"${path}" holds the separator, or begins or ends like it, so it would stay in its object.`;
      return {
        rule: "reshape-separator",
        pointer: `/reshape/flatten/${flat}`,
        message,
        fix: 'Choose another "separator", or rename it.',
      };
    }
    case "no-object": {
      if (constantAt !== undefined) {
        const message = `"${path}" is no object, so the constant in it would be left out.`;
        return {
          rule: "reshape-field",
          pointer: `/reshape/constant${pointerStep(constantAt)}`,
          message,
          fix: "Put it elsewhere.",
        };
      }
      const message = `"${path}" is no object, so there is nothing to flatten.`;
      return {
        rule: "reshape-field",
        pointer: `/reshape/flatten/${flat}`,
        message,
        fix: "Remove the entry, or name an object.",
      };
    }
  }
}

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf("."));
