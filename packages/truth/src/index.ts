export { expectedInstant } from "./instant.ts";
export { faultsOf, propertyFaultsOf, toldPlaces } from "./judge.ts";
export { type OddEvent, oddEventData, oddEvents } from "./odd-json.ts";
export { readTree, textAt, type Tree, treeAt } from "./rule.ts";
