import { useState } from "preact/hooks";
import type { AlarmFigures } from "@millrace/pipeline-source";
import { useAnswer } from "../ask.ts";
import { formatAgo, shortName } from "../format.ts";
import { Empty, Problem } from "../parts/notes.tsx";

/** Runbooks lie in the repository that the console was started from. */
const runbook = / ?Runbook: \S+#(\S+)$/;

const words = { OK: "well", ALARM: "firing", UNKNOWN: "no data" } as const satisfies Record<
  AlarmFigures["state"],
  string
>;
const tones = { OK: "good", ALARM: "bad", UNKNOWN: "warn" } as const satisfies Record<AlarmFigures["state"], string>;

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
  const others = alarms.filter(({ state }) => state !== "ALARM");
  const untold = others.filter(({ state }) => state === "UNKNOWN").length;
  const row = (alarm: AlarmFigures) => (
    <li key={alarm.name} class={`alarm is-${tones[alarm.state]}`}>
      <h4>{shortName(alarm.name, stage)}</h4>
      <span class="alarm-state">
        {alarm.severity}, {words[alarm.state]}
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
        The alarms of the stack, evaluated once a minute over the metrics that AWS and the functions write.
      </p>
      {firing.length === 0 ? (
        <Empty
          title={
            untold === 0
              ? `All ${alarms.length} alarms are well.`
              : `No alarm fires; ${untold} of ${alarms.length} have no data yet.`
          }
        />
      ) : (
        <ul class="alarm-list">{firing.map(row)}</ul>
      )}
      <h3>Watched</h3>
      <ul class="alarm-list is-quiet">{others.map(row)}</ul>
    </div>
  );
}
