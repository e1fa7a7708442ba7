import { checkChoice, checkInteger, checkNumber, checkRange, checkRate } from "../options.ts";
import type { FaultRates } from "./faults.ts";

const checks: { readonly [Name in keyof Required<FaultRates>]: (option: string, value: never) => void } = {
  recordThrottle: checkRate,
  recordInternalFailure: checkRate,
  recordInternalFailureStored: checkRate,
  serverErrorBefore: checkRate,
  serverErrorAfter: checkRate,
  refusalInPassing: checkRate,
  failureInPassing: checkRate,
  resetBefore: checkRate,
  resetAfter: checkRate,
  slow: checkRate,
  slowMs: checkRange,
  shuffle: checkRate,
  shortRead: checkRate,
  hotShardEveryMs: checkMeanTime,
  hotShardMs: checkRange,
  hotShardCapacity: checkRate,
  outageEveryMs: checkMeanTime,
  outageMs: checkRange,
  reshardEveryMs: checkMeanTime,
  reshardMaxShards: (option: string, value: number) => checkInteger(option, value, 1, Number.MAX_SAFE_INTEGER),
};

/**
 * The shortest mean time between faults. A fault in every millisecond leaves no time for anything else; a shorter time
 * would stop the clock.
 */
function checkMeanTime(option: string, value: number): void {
  checkNumber(option, value, 1, Number.MAX_SAFE_INTEGER);
}

/**
 * A fault with a name that nothing reads never happens, and a test that relies on it proves nothing. @throws
 * OptionError
 */
export function checkFaultRates(rates: FaultRates): void {
  for (const [name, value] of Object.entries(rates) as [keyof FaultRates, unknown][]) {
    checkChoice("rates", name, Object.keys(checks));
    if (value !== undefined) checks[name](`rates.${name}`, value as never);
  }
}
