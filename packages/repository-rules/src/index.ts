export { checkConstants } from "./constants.ts";
export { checkDecisions, indexPath, renderIndex } from "./decisions.ts";
export { checkDiagrams } from "./diagrams.ts";
export type { Document, Fault } from "./document.ts";
export { checkErrorCodes, errorCodesPath, renderErrorCodes } from "./error-codes.ts";
export { checkLinks } from "./links.ts";
export { checkProse } from "./prose.ts";
export { checkReadmes } from "./readmes.ts";
