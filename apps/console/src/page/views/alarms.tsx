import { useState } from "preact/hooks";
import type { AlarmFigures } from "@millrace/pipeline-source";
import { useAnswer } from "../ask.ts";
import { formatAgo, shortName } from "../format.ts";
import { Empty, Problem } from "../parts/notes.tsx";

/** Runbooks lie in the repository that the console was started from. */
const runbook = / ?Runbook: \S+#(\S+)$/;

interface AlarmsProps {
  readonly alarms: readonly AlarmFigures[];
  readonly nowMs: number;
  readonly stage: string;
}

/** The section of the runbooks, read when it is opened. */
export function Runbook({ section }: { readonly section: string | undefined }) {
  const [isOpen, setOpen] = useState(false);
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

/** Every alarm of the stack, those that fire first. */
export function Alarms({ alarms, nowMs, stage }: AlarmsProps) {
  const firing = alarms.filter(({ state }) => state === "ALARM");
  const others = alarms.filter(({ state }) => state === "OK");
  const row = (alarm: AlarmFigures) => (
    <li key={alarm.name} class={`alarm is-${alarm.state === "ALARM" ? "bad" : "good"}`}>
      <h4>{shortName(alarm.name, stage)}</h4>
      <span class="alarm-state">
        {alarm.severity}, {alarm.state === "ALARM" ? "firing" : "well"}
        {alarm.sinceMs === undefined ? "" : ` since ${formatAgo(alarm.sinceMs, nowMs)}`}
      </span>
      <p>{alarm.description.replace(runbook, "").replace(/^\[\w+\] /, "")}</p>
      <Runbook section={runbook.exec(alarm.description)?.[1]} />
    </li>
  );
  return (
    <div class="alarms">
      <h2>Alarms</h2>
      <p class="muted">
        The alarms of the synthesized stack, evaluated once a minute over the metrics that AWS and the functions write.
      </p>
      {firing.length === 0 ? (
        <Empty title={`All ${alarms.length} alarms are well.`} />
      ) : (
        <ul class="alarm-list">{firing.map(row)}</ul>
      )}
      <h3>Watched</h3>
      <ul class="alarm-list is-quiet">{others.map(row)}</ul>
    </div>
  );
}
