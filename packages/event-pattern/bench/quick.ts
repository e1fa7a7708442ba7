import { compareCpu, printQuickForm } from "@millrace/paired-bench";
import { compilePatterns } from "../src/index.ts";
import { createEvents } from "./events.ts";
import { createBroadRoutes, createEqualRoutes } from "./routes.ts";

/** Sets of 10 and 10,000 patterns with one match an event, and one with 125 matches; JSON text in. */
const events = createEvents(2_000);
const few = compilePatterns(createEqualRoutes(10, events));
const many = compilePatterns(createEqualRoutes(10_000, events));
const broad = compilePatterns(createBroadRoutes(1_000));
const each = (work: (event: string) => unknown) => () => {
  for (const event of events) work(event);
};

const { ratios } = await compareCpu(
  {
    parse: each((event) => JSON.parse(event) as unknown),
    few: each((event) => few.matchText(event)),
    many: each((event) => many.matchText(event)),
    broad: each((event) => broad.matchText(event)),
  },
  { reference: "few", warmUps: 15, rounds: 31 },
);
printQuickForm({
  ratios: {
    "10 patterns, to JSON.parse": 1 / ratios.parse,
    "10,000 patterns, to 10": ratios.many,
    "1,000 patterns with 125 matches, to 10 with one": ratios.broad,
  },
  leavesOut:
    "compiling and loading of patterns; the naive loop, the Java engine and worst inputs, which `pnpm bench` has",
});
