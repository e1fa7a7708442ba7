/** The process of one candidate: `run-candidate.ts <name> <events>`, a round for every message. */
import { createCandidate } from "./candidates.ts";

/** The answer to a message. */
export interface RoundReport {
  readonly cpuMicros: number;
}

const [name = "", events = "10000"] = process.argv.slice(2);
const run = createCandidate(name, Number(events));

process.on("message", () => {
  void runRound();
});

async function runRound(): Promise<void> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  const report: RoundReport = { cpuMicros: user + system };
  process.send?.(report);
}
