export { InvalidArgumentError } from "@commander-js/extra-typings";
export { WrongUsageError } from "./errors.ts";
export { numberBetween, positiveNumber, together, wholeNumber } from "./option-parsers.ts";
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
