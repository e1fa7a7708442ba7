import { useState } from "preact/hooks";
import type { AlarmFigures } from "@millrace/pipeline-source";
import { useAnswer } from "../ask.ts";
import { formatAgo, shortName } from "../format.ts";
import type { Live } from "../live.ts";
import { Empty, Problem } from "../parts/notes.tsx";

/** Runbooks lie in the repository that the console was started from. */
const runbook = / ?Runbook: (\S+)$/;

/** The section of the runbooks, read when it is opened. */
function Runbook({ place }: { readonly place: string | undefined }) {
  const [isOpen, setOpen] = useState(false);
  const section = place?.split("#")[1];
  const { value, error } = useAnswer<{ readonly text: string }>(
    isOpen && section !== undefined ? `api/runbook?section=${encodeURIComponent(section)}` : undefined,
  );
  if (section === undefined) return null;
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Runbook: {section}</summary>
      <Problem text={error} />
      {value === undefined ? null : (
        <pre class="runbook" tabIndex={0}>
          {value.text}
        </pre>
      )}
    </details>
  );
}

export function AlarmsView({ live }: { readonly live: Live }) {
  const { pipeline, error } = live;
  if (pipeline === undefined)
    return error === undefined ? <Empty title="Reading the alarms…" /> : <Problem text={error} />;
  const { alarms, nowMs, description } = pipeline;
  const firing = alarms.filter(({ state }) => state === "ALARM");
  const others = alarms.filter(({ state }) => state === "OK");
  const row = (alarm: AlarmFigures) => (
    <li key={alarm.name} class={`alarm is-${alarm.state === "ALARM" ? "bad" : "good"}`}>
      <h3>{shortName(alarm.name, description.stage)}</h3>
      <span class="alarm-state">
        {alarm.state === "ALARM" ? "firing" : "well"}
        {alarm.sinceMs === undefined ? "" : ` since ${formatAgo(alarm.sinceMs, nowMs)}`}
      </span>
      <p>{alarm.description.replace(runbook, "")}</p>
      <Runbook place={runbook.exec(alarm.description)?.[1]} />
    </li>
  );
  return (
    <div class="alarms">
      <h1>Alarms</h1>
      <p class="muted">
        The alarms of the synthesized stack, evaluated once a minute over the metrics that AWS and the functions write.
      </p>
      {firing.length === 0 ? (
        <Empty title={`All ${alarms.length} alarms are well.`} />
      ) : (
        <ul class="alarm-list">{firing.map(row)}</ul>
      )}
      <h2>Watched</h2>
      <ul class="alarm-list is-quiet">{others.map(row)}</ul>
    </div>
  );
}
