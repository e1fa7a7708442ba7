import type { ObjectiveFigures, ObjectivesFigures } from "@millrace/pipeline-source";
import type { Live } from "../live.ts";
import { Empty, Problem } from "../parts/notes.tsx";
import { TableHead } from "../parts/table-head.tsx";
import { Alarms, Runbook } from "./alarms.tsx";

/** The promises of the pipeline, what is left of their error budgets, and the alarms. */
export function ObjectivesView({ live }: { readonly live: Live }) {
  const { pipeline, error } = live;
  if (pipeline === undefined)
    return error === undefined ? <Empty title="Reading the objectives…" /> : <Problem text={error} />;
  const { objectives, alarms, nowMs, description } = pipeline;
  return (
    <div class="alarms">
      <h1>Objectives</h1>
      {objectives === null ? <Empty title="The stack states no objective." /> : <Objectives {...objectives} />}
      <Alarms alarms={alarms} nowMs={nowMs} stage={description.stage} />
    </div>
  );
}

function Objectives({ goal, windowDays, periodMinutes, objectives }: ObjectivesFigures) {
  return (
    <>
      <p class="muted">
        {goal} % of the periods of {periodMinutes} minutes have to be good, over {windowDays} days. Counted since there
        are figures; a burn of 1 uses the budget up in {windowDays} days.
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label="Objectives">
        <table class="objectives">
          <TableHead columns={["promise", "now", "budget left", "burn, 1 h", "burn, 6 h", "bad periods"]} />
          <tbody>
            {objectives.map((objective) => (
              <Row key={objective.id} objective={objective} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Row({ objective }: { readonly objective: ObjectiveFigures }) {
  const { title, runbook, periods, badPeriods, budget, burn, isBad, firing } = objective;
  const left = Math.max(0, 1 - badPeriods / budget);
  const state = isBad === undefined ? "counting" : isBad ? "broken" : "kept";
  return (
    <tr data-objective={objective.id}>
      <th scope="row">
        {title}
        <Runbook section={runbook} />
      </th>
      <td class={isBad === true ? "is-bad" : ""}>
        {state}
        {firing.length > 0 ? `, ${firing.length} alarm${firing.length > 1 ? "s" : ""} firing` : ""}
      </td>
      <td>
        <meter min={0} max={1} low={0.25} optimum={1} value={left} aria-label="Error budget left" />{" "}
        {(left * 100).toFixed(1)} %
      </td>
      <td>{burn.hour.toFixed(1)}</td>
      <td>{burn.sixHours.toFixed(1)}</td>
      <td>
        {badPeriods} of {periods}
      </td>
    </tr>
  );
}
