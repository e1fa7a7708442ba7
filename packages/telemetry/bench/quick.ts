import { compareCpu, printQuickForm } from "@millrace/paired-bench";
import { eventsPerInvocation, runInvocation } from "./invocation.ts";

const INVOCATIONS = 200;
/** The floor's output goes nowhere, and must not be optimized away. */
let bytes = 0;

/** The least that counts: two counters and a list of ages in memory, written as one line of JSON. */
function floor(): void {
  for (let invocation = 0; invocation < INVOCATIONS; invocation += 1) {
    const counters = new Map<string, number>();
    const ages: number[] = [];
    for (let event = 0; event < eventsPerInvocation; event += 1) {
      for (const name of ["eventsIn", "eventsOut"]) counters.set(name, (counters.get(name) ?? 0) + 1);
      ages.push((event * 7_919) % 1_013);
    }
    bytes += JSON.stringify({ ...Object.fromEntries(counters), ages }).length;
  }
}

const { ratios } = await compareCpu(
  {
    floor,
    telemetry: () => {
      for (let invocation = 0; invocation < INVOCATIONS; invocation += 1) runInvocation();
    },
  },
  { reference: "floor", warmUps: 5, rounds: 21 },
);
if (bytes === 0) throw new Error("The floor wrote nothing.");
printQuickForm({
  ratios: { "an invocation's telemetry, to counters in memory": ratios.telemetry },
  leavesOut: "standard output and what CloudWatch takes for the lines",
});
