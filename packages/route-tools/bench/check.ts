import { CONTRACTS, createCheck, ROUTES } from "./work.ts";

/** Time to check many documents against many contracts: `pnpm bench`. */
const DOCUMENTS = 500;
const check = createCheck(DOCUMENTS);

for (let round = 0; round < 3; round += 1) {
  const started = performance.now();
  const findings = check();
  const ms = Math.round(performance.now() - started);
  console.log(
    `${DOCUMENTS} documents with ${DOCUMENTS * ROUTES} routes against ${CONTRACTS} contracts: ${ms} ms, ${findings} findings`,
  );
}
