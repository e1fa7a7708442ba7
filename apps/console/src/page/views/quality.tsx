import { useEffect, useState } from "preact/hooks";
import type { CommandResult, RefusedLine } from "@millrace/pipeline-source";
import type { QualityAnswer, QualityGroup } from "../../api.ts";
import { ask, useAnswer } from "../ask.ts";
import { formatAgo, formatClock, formatCount, formatShare } from "../format.ts";
import { Chart } from "../parts/chart.tsx";
import { visible } from "../parts/json-view.tsx";
import { Empty, Problem } from "../parts/notes.tsx";
import { figures, TableHead } from "../parts/table-head.tsx";
import { addressOf, goTo } from "../place.ts";

const everyMs = 3_000;

export function QualityView() {
  const { value, error } = useAnswer<QualityAnswer>("api/quality", everyMs);
  const [chosen, choose] = useState<string | undefined>(undefined);
  if (value === undefined) return error === undefined ? <Empty title="Reading back…" /> : <Problem text={error} />;
  const { groups, badRows, minutes, events, canaries, fromMs, missed } = value;
  const bad = groups.filter(({ invalid, unknown }) => invalid + unknown > 0);
  const shown = groups.find((group) => keyOf(group) === chosen) ?? bad[0] ?? groups[0];
  return (
    <div class="quality">
      <h1>Quality</h1>
      <p class="muted">
        {fromMs === null
          ? "No event has come yet."
          : `${formatCount(events)} events since ${formatClock(fromMs)}; ${formatCount(bad.length)} of ${groups.length} kinds have faults.`}
        {canaries > 0 ? ` ${formatCount(canaries)} canaries are left out.` : ""}
        {missed > 0 ? ` ${formatCount(missed)} events went by unread: too many came at once.` : ""}
      </p>
      <Problem text={error} />
      <div class="quality-body">
        <div class="scroll" tabIndex={0} role="region" aria-label="Kinds of events">
          <table class="groups">
            <TableHead
              columns={[
                "type",
                "source",
                "contract",
                figures("events"),
                figures("invalid"),
                figures("unknown"),
                "since",
              ]}
            />
            <tbody>
              {groups.map((group) => (
                <GroupRow
                  key={keyOf(group)}
                  group={group}
                  isChosen={group === shown}
                  onChoose={() => choose(keyOf(group))}
                />
              ))}
            </tbody>
          </table>
        </div>
        {shown === undefined ? null : <GroupDetail group={shown} minutes={minutes} />}
      </div>
      <RefusedLines />
      <h2>Bad rows</h2>
      {badRows.length === 0 ? (
        <p class="muted">Our own code could read every line.</p>
      ) : (
        <ul class="plain-list">
          {badRows.map(({ kind, count, message }) => (
            <li key={kind}>
              <b>{formatCount(count)}</b> {visible(kind)}: {visible(message)}{" "}
              <a href={addressOf("events", { q: `status:bad type:${kind}` })}>open</a>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Lines of the lake that the warehouse did not take; one is read when it is opened. */
function RefusedLines() {
  const { value, error } = useAnswer<readonly RefusedLine[] | null>("api/refused-lines", everyMs * 5);
  return (
    <>
      <h2>Refused lines</h2>
      <Problem text={error} />
      {value === undefined || value === null ? null : value.length === 0 ? (
        <p class="muted">The warehouse took every line of the lake.</p>
      ) : (
        <ul class="plain-list">
          {value.map((line) => (
            <li key={`${line.object} ${line.line}`}>
              {formatClock(Date.parse(line.refusedAt))} {line.table}: {visible(line.reason)}
              <Opened
                summary={`${line.object}, line ${line.line}`}
                path={`api/refused-line?${new URLSearchParams({ object: line.object, line: String(line.line) }).toString()}`}
              />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** A text that is read when it is opened: it can hold personal data. */
function Opened({ summary, path }: { readonly summary: string; readonly path: string }) {
  const [isOpen, setOpen] = useState(false);
  const { value, error } = useAnswer<{ readonly text: string }>(isOpen ? path : undefined);
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary class="mono">{visible(summary)}</summary>
      <Problem text={error} />
      {value === undefined ? null : (
        <pre class="runbook" tabIndex={0}>
          {visible(value.text)}
        </pre>
      )}
    </details>
  );
}

const keyOf = ({ source, type, contract }: QualityGroup): string => JSON.stringify([source, type, contract]);

function GroupRow({
  group,
  isChosen,
  onChoose,
}: {
  readonly group: QualityGroup;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}) {
  const { source, type, contract, valid, invalid, unknown } = group;
  const all = valid + invalid + unknown;
  return (
    <tr class={isChosen ? "is-chosen" : ""} onClick={onChoose}>
      <th scope="row">
        <button type="button" class="link" aria-pressed={isChosen} onClick={onChoose}>
          {visible(type) || "none"}
        </button>
      </th>
      <td class="source">{visible(source)}</td>
      <td class="mono">
        {contract === null ? <span class="status is-unknown">none</span> : visible(contract.split("/").at(-1) ?? "")}
      </td>
      <td class="number">{formatCount(all)}</td>
      <td class={`number${invalid > 0 ? " is-bad" : ""}`}>
        {invalid === 0 ? "0" : `${formatCount(invalid)} · ${formatShare(invalid, all)}`}
      </td>
      <td class={`number${unknown > 0 ? " is-unknown" : ""}`}>{formatCount(unknown)}</td>
      <td class="since">{sinceText(group)}</td>
    </tr>
  );
}

function sinceText({ invalid, unknown, since, lastBadMs }: QualityGroup): string {
  if (invalid + unknown === 0) return "–";
  if (since === null) return `over; last ${lastBadMs === null ? "" : formatClock(lastBadMs)}`;
  return `${since.isBefore ? "at least " : ""}${formatClock(since.atMs)}`;
}

function GroupDetail({ group, minutes }: { readonly group: QualityGroup; readonly minutes: readonly number[] }) {
  const { source, type, contract, faults, lastValidMs, invalid, unknown } = group;
  const now = Date.now();
  const openMinute = (atMs: number): void => {
    const [from, until] = [atMs, atMs + 60_000].map((ms) => new Date(ms).toISOString());
    goTo("events", { q: `source:"${source}" type:"${type}" time:${String(from)}..${String(until)}` });
  };
  return (
    <section class="group-detail" aria-label={`Faults of ${type}`}>
      <h2>
        {visible(type)} <small>{visible(source)}</small>
      </h2>
      <Chart
        title="events a minute"
        times={minutes.map((ms) => ms / 1_000)}
        lines={[
          { name: "all", values: group.all, color: "--line-quiet", isBar: true },
          {
            name: unknown > invalid ? "unknown" : "invalid",
            values: group.bad,
            color: unknown > invalid ? "--unknown" : "--bad",
            isBar: true,
          },
        ]}
        format={formatCount}
        onPick={openMinute}
      />
      {contract === null ? (
        <p>
          No contract describes this type. <code>pnpm schemas new</code> begins one; until then its events are masked by
          every contract.
        </p>
      ) : null}
      {lastValidMs === null || invalid === 0 ? null : (
        <p class="muted">The last valid event came {formatAgo(lastValidMs, now)}.</p>
      )}
      {faults.length === 0 && contract !== null ? <p class="muted">Every event held its contract.</p> : null}
      {invalid + unknown > 0 ? <Replay group={group} /> : null}
      <ul class="fault-list">
        {faults.map((fault) => (
          <li key={fault.path + fault.keyword}>
            <p>
              <code>{visible(fault.path) || "/"}</code> {visible(fault.message)}
            </p>
            <p class="muted">
              <b>{formatCount(fault.count)}</b> since {formatClock(fault.firstMs)}, last {formatAgo(fault.lastMs, now)}{" "}
              ·{" "}
              <span class="samples">
                samples
                {fault.samples.map((id, index) => (
                  <a key={id} href={addressOf("explain", { id })} title={visible(id)}>
                    {index + 1}
                  </a>
                ))}
              </span>
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Which of a kind's faulty events would be valid by now: a replay that puts none. */
function Replay({ group: { source, type, since, faults } }: { readonly group: QualityGroup }) {
  const [state, setState] = useState<{
    readonly isBusy: boolean;
    readonly result?: CommandResult;
    readonly error?: string;
  }>({ isBusy: false });
  useEffect(() => setState({ isBusy: false }), [source, type]);
  const firstMs = since?.atMs ?? Math.min(Date.now() - 3_600_000, ...faults.map((fault) => fault.firstMs));
  // An event is in the raw stream before anything is known of it.
  const from = new Date(Math.floor(firstMs / 60_000 - 1) * 60_000).toISOString();
  const run = (): void => {
    setState({ isBusy: true });
    ask<CommandResult>(`api/replay?${new URLSearchParams({ source, type, from }).toString()}`, { method: "POST" }).then(
      (result) => setState({ isBusy: false, result }),
      (error: unknown) => setState({ isBusy: false, error: (error as Error).message }),
    );
  };
  const { isBusy, result, error } = state;
  return (
    <div class="redrive">
      <p>
        Once the contract or the source is mended, a replay makes its events valid. In a terminal, where a{" "}
        <code>--reason</code> does it:
      </p>
      <code class="pattern">
        pnpm replay raw --from {from} --source {visible(source)} --type {visible(type)} --into revalidation
      </code>
      <button type="button" disabled={isBusy} onClick={run}>
        {isBusy ? "Reading…" : "Replay, dry run"}
      </button>
      {result === undefined ? null : <pre tabIndex={0}>{result.output}</pre>}
      <Problem text={error} />
    </div>
  );
}
