import { faultsOf, readTree, treeAt } from "@millrace/truth";
import type { Evidence } from "./evidence.ts";

/**
 * Compares events of odd JSON with the rule of docs/data.md, in the enriched stream and in every destination. A
 * destination without clearance for free text has no properties, so nothing is compared there.
 */
export function checkTruth(evidence: Evidence): string[] {
  const { odd } = evidence.run.source;
  const violations: string[] = [];
  const places = [["the enriched stream", evidence.enriched] as const, ...evidence.destinations];
  for (const [place, events] of places) {
    for (const { identity, line } of events) {
      const sent = odd.get(identity);
      if (sent === undefined) continue;
      const record = readTree(line);
      if (treeAt(record, "event", "data", "properties") === undefined) continue;
      for (const fault of faultsOf(sent.properties, record)) violations.push(`${identity} in ${place}: ${fault}`);
    }
  }
  return violations;
}
