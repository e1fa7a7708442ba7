import { oddEventData } from "./odd-json.ts";
import { differenceOf, expectedTree, readTree, textAt, type Tree, treeAt } from "./rule.ts";

/**
 * The parts that an enriched event does not keep of the properties that were sent: text, digits and names in its data,
 * and the places it has to tell of. Empty when it keeps all.
 */
export function faultsOf(properties: string, record: Tree): string[] {
  const { tree, noteCount } = expectedTree(readTree(oddEventData(properties)));
  const difference = differenceOf(tree, treeAt(record, "event", "data"));
  const told = toldPlaces(record);
  return [
    ...(difference === undefined ? [] : [difference]),
    ...(told === noteCount ? [] : [`${told} places are told, expected ${noteCount}`]),
  ];
}

/**
 * The parts that a column of JSON does not keep of the properties that were sent, apart from the spelling of fractions.
 */
export function propertyFaultsOf(properties: string, text: string): string[] {
  const { tree } = expectedTree(readTree(oddEventData(properties)));
  const difference = differenceOf(treeAt(tree, "properties") ?? tree, readTree(text), isSameInColumn);
  return difference === undefined ? [] : [difference];
}

/** DuckDB rewrites values inside JSON: whole numbers by their digits, others as doubles unless they are infinite. */
function isSameInColumn(sent: string, is: string): boolean {
  const value = Number(sent);
  const isWritten = Number.isFinite(value) && (value === 0 || /[.eE]/.test(sent));
  return isWritten ? Number(is) + 0 === value + 0 : is === sent;
}

/** Returns the number of places in which an enriched event is marked as different. */
export function toldPlaces(record: Tree): number {
  const notes = treeAt(record, "fidelity", "notes");
  return Number(textAt(record, "fidelity", "noteCount") ?? (notes?.kind === "array" ? notes.items.length : 0));
}
