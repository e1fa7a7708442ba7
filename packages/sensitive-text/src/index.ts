export { hasCardForm, isCardNumber } from "./find-cards.ts";
export { isCredentialName, MAX_NAME_LENGTH } from "./find-secrets.ts";
export { allDetectors, type ScannedText, scanText } from "./scan-text.ts";
