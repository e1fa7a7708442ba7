export { hasCardForm, isCardNumber } from "./find-cards.ts";
export { isCredentialName, maxNameLength } from "./find-secrets.ts";
export { allDetectors, type ScannedText, scanText } from "./scan-text.ts";
