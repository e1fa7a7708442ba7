/**
 * Prints what becomes of records whose first request gets each answer that settles nothing. Exits with 1 if one is
 * condemned.
 */
import { passingAnswers, playOnce } from "../tests/support/passing-answers.ts";

const recordsPerAnswer = 5;
let condemned = 0;
const line = (cells: readonly unknown[]) =>
  console.log(cells.map((cell, i) => (i === 0 ? String(cell).padEnd(50) : String(cell).padStart(10))).join(" "));

line(["first answer, then 200", "records", "requests", "delivered", "condemned", "ambiguous"]);
for (const { title, fate } of passingAnswers) {
  const { deliveries, requests } = await playOnce(fate, recordsPerAnswer);
  const failed = deliveries.filter(({ status }) => status === "failed").length;
  const ambiguous = deliveries.filter(({ isAmbiguous }) => isAmbiguous).length;
  line([title, deliveries.length, requests, deliveries.length - failed, failed, ambiguous]);
  condemned += failed;
}
console.log(
  `${condemned} records condemned that the next attempt would have stored, of ${passingAnswers.length} answers.`,
);
process.exitCode = condemned === 0 ? 0 : 1;
