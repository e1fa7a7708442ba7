/** The quick form of the bench: processor time of the service to that of a server that checks nothing. */
import { median, printQuickForm } from "@millrace/paired-bench";
import { startFakeKinesis } from "./overload/kinesis.ts";
import { runRound, type Server, startServer } from "./start-servers.ts";

const ROUNDS = 5;
const UNCOUNTED = 2;
const load = { seconds: 1, connections: 32 };

async function ratioToFloor(service: Server, floor: Server, eventsPerRequest: number): Promise<number> {
  const ratios: number[] = [];
  for (let round = 0; round < UNCOUNTED + ROUNDS; round += 1) {
    const ours = await runRound(service, { ...load, eventsPerRequest });
    const theirs = await runRound(floor, { ...load, eventsPerRequest });
    if (round >= UNCOUNTED) ratios.push(ours.cpuUsPerRequest / theirs.cpuUsPerRequest);
  }
  return median(ratios);
}

const kinesis = await startFakeKinesis();
const service = await startServer("ingest", kinesis.url);
const floor = await startServer("floor", kinesis.url);
try {
  printQuickForm({
    ratios: {
      "a request of one event, to floor": await ratioToFloor(service, floor, 1),
      "a request of ten events, to floor": await ratioToFloor(service, floor, 10),
    },
    leavesOut: "overload, adapters, the spool, TLS, and requests a second",
  });
} finally {
  service.stop();
  floor.stop();
  kinesis.close();
}
