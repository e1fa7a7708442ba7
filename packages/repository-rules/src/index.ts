export { checkDecisions, indexPath, renderIndex } from "./decisions.ts";
export type { Document, Fault } from "./document.ts";
export { checkLinks } from "./links.ts";
