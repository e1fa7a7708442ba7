export { WrongUsageError } from "./errors.ts";
export { numberBetween, positiveNumber, wholeNumber } from "./option-parsers.ts";
export {
  Argument,
  type Command,
  createProgram,
  type End,
  Option,
  type Output,
  parseProgram,
  runCommands,
  runProgram,
  WRONG_USAGE_CODE,
} from "./program.ts";
