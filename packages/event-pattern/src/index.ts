export { compilePattern } from "./compile-pattern.ts";
export { compilePatterns, loadPatterns } from "./compile-patterns.ts";
export type { PatternSet } from "./compile-patterns.ts";
export type { Conjunction, Criterion, FieldCriteria, Scalar } from "./criterion.ts";
export {
  EventPatternError,
  EventTooComplexError,
  InvalidCompiledFormError,
  InvalidEventError,
  InvalidPatternError,
  PatternTooCostlyError,
} from "./errors.ts";
export type { TextPosition } from "./errors.ts";
export { mayRespellNumbers, parseEventText, parseKeepingSpelling } from "./event-text.ts";
export { explainPattern } from "./explain-pattern.ts";
export type { ExplainedField, Explanation } from "./explain-pattern.ts";
export { LIMITS } from "./limits.ts";
export type { PatternLimits } from "./limits.ts";
export { NumberText, numberOfText } from "./number-text.ts";
export { parsePattern } from "./parse-pattern.ts";
export type { EventPattern, MatchExpression, PatternValue } from "./pattern.ts";
export type {
  CompiledBranch,
  CompiledClause,
  CompiledNode,
  CompiledPatterns,
  CompiledRule,
} from "./set/compiled-patterns.ts";
export { satisfies } from "./satisfies.ts";
