import { compareCpu, printQuickForm } from "@millrace/paired-bench";
import { createCheck } from "./work.ts";

/** Time must grow with the routes and not faster: four times as many documents, to four checks of a quarter. */
const quarter = createCheck(20);
const whole = createCheck(80);
const { ratios } = await compareCpu(
  {
    quarters: () => {
      for (let part = 0; part < 4; part += 1) quarter();
    },
    whole,
  },
  { reference: "quarters", warmUps: 1, rounds: 5 },
);
printQuickForm({
  ratios: { "80 documents, to four times 20": ratios.whole },
  leavesOut: "reading files, contracts of a real repository, and `--base`",
});
