import { DEFAULT_SEPARATOR } from "../compile/compile-reshape.ts";
import { isAmbiguousName } from "../runtime/reshape.ts";
import { prefixesOf, renamedPath } from "./delivered-path.ts";
import type { Fault } from "./fault.ts";
import { pointerStep } from "./pointer-step.ts";
import type { Reshape, RouteDocument } from "./route-document.ts";

type Draft = Omit<Fault, "file" | "severity">;

/** A name that reshaping gives in an object of the delivered event. */
interface GivenName {
  /** The object, by its delivered path. */
  readonly parent: string;
  readonly name: string;
  /** Every name that begins so is given. */
  readonly isBeginning: boolean;
  readonly pointer: string;
}

/** Faults of `reshape` that need no contract: two fields of one name, and names that no reader could take apart. */
export function reshapeFaults({ routes }: RouteDocument): Draft[] {
  return routes.flatMap(({ reshape }, index) => {
    if (reshape === undefined) return [];
    const faults = [...nothingFaults(reshape), ...collisionFaults(reshape), ...flattenFaults(reshape)];
    return faults.map((fault) => ({ ...fault, pointer: `/routes/${index}/reshape${fault.pointer}` }));
  });
}

function nothingFaults({ rename = {}, flatten = [], separator }: Reshape): Draft[] {
  const same = Object.entries(rename)
    .filter(([path, name]) => lastOf(path) === name)
    .map(([path]) => ({ pointer: renameAt(path), message: `"${path}" keeps its name.` }));
  const inner = flatten.flatMap((path, index) => {
    const outer = flatten.find((other) => path.startsWith(`${other}.`));
    const message = `"${path}" lies in "${outer ?? ""}", which is flattened down to its values.`;
    return outer === undefined ? [] : [{ pointer: `/flatten/${index}`, message }];
  });
  const isIdle = separator !== undefined && flatten.length === 0;
  const idle = isIdle ? [{ pointer: "/separator", message: "Nothing is flattened, so nothing is separated." }] : [];
  return [...same, ...inner, ...idle].map((fault) => ({ ...fault, rule: "reshape-nothing", fix: "Remove the entry." }));
}

/** Names that meet in one object whatever the contracts have there; `route-tools` asks the contracts. */
function collisionFaults(reshape: Reshape): Draft[] {
  const { rename = {}, flatten = [], constant = {} } = reshape;
  const given = givenNames(reshape);
  // A field that is named as a step of a path, and not renamed, has its name already.
  const kept = new Map(
    [...Object.keys(rename), ...flatten]
      .flatMap(prefixesOf)
      .filter((path) => rename[path] === undefined)
      .map((path) => [renamedPath(path, reshape), path]),
  );
  return given.flatMap((one, index): Draft[] => {
    const title = one.isBeginning ? `Names that begin with "${one.name}"` : `The name "${one.name}"`;
    const told = (why: string): Draft[] => [
      {
        pointer: one.pointer,
        rule: "reshape-collision",
        message: `${title} in "${one.parent}" ${why}.`,
        fix: "Choose another name or separator.",
      },
    ];
    const other = given.slice(0, index).find((before) => meet(one, before));
    if (other !== undefined) return told(`would be given twice: also by ${other.pointer}`);
    const path = `${one.parent}.${one.name}`;
    const keeping = one.isBeginning ? undefined : kept.get(path);
    if (keeping !== undefined) return told(`is that of "${keeping}", which keeps it`);
    const outer = Object.keys(constant).find((each) => path.startsWith(`${each}.`));
    return outer === undefined ? [] : told(`would lie in the constant "${outer}"`);
  });
}

function givenNames(reshape: Reshape): GivenName[] {
  const { rename = {}, flatten = [], separator = DEFAULT_SEPARATOR, constant = {} } = reshape;
  const inObject = (path: string, name: string, pointer: string): GivenName => {
    return { parent: parentOf(path), name, isBeginning: false, pointer };
  };
  return [
    ...Object.entries(rename).map(([path, name]) => inObject(renamedPath(path, reshape), name, renameAt(path))),
    ...flatten.map((path, index) => {
      const delivered = renamedPath(path, reshape);
      const name = `${lastOf(delivered)}${separator}`;
      return { parent: parentOf(delivered), name, isBeginning: true, pointer: `/flatten/${index}` };
    }),
    ...Object.keys(constant).map((path) => inObject(path, lastOf(path), `/constant${pointerStep(path)}`)),
  ];
}

function meet(a: GivenName, b: GivenName): boolean {
  if (a.parent !== b.parent) return false;
  const begins = (one: GivenName, other: GivenName): boolean => one.isBeginning && other.name.startsWith(one.name);
  return a.name === b.name || begins(a, b) || begins(b, a);
}

function flattenFaults(reshape: Reshape): Draft[] {
  const { rename = {}, flatten = [], separator = DEFAULT_SEPARATOR, constant = {} } = reshape;
  return flatten.flatMap((path): Draft[] => [
    ...Object.entries(rename)
      .filter(([renamed, name]) => renamed.startsWith(`${path}.`) && isAmbiguousName(name, separator))
      .map(([renamed, name]) => ({
        pointer: renameAt(renamed),
        rule: "reshape-separator",
        message: `"${name}" holds the separator "${separator}", or begins or ends like it, and would be taken for two.`,
        fix: "Choose another name, or another separator.",
      })),
    ...Object.keys(constant)
      .filter((each) => each.startsWith(`${renamedPath(path, reshape)}.`))
      .map((each) => ({
        pointer: `/constant${pointerStep(each)}`,
        rule: "reshape-collision",
        message: `"${each}" lies in "${path}", which is flattened.`,
        fix: "Put the constant into the object around it.",
      })),
  ]);
}

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf("."));
const lastOf = (path: string): string => path.slice(path.lastIndexOf(".") + 1);
const renameAt = (path: string): string => `/rename${pointerStep(path)}`;
