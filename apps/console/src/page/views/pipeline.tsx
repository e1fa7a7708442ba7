import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { CountName, FigureHistory, HopFigures } from "@millrace/pipeline-source";
import { formatCount, formatDuration, formatRate, formatShare, formatClock, formatAgo, shortName } from "../format.ts";
import type { Live } from "../live.ts";
import { Chart } from "../parts/chart.tsx";
import { Empty, Figure, Problem } from "../parts/notes.tsx";
import { Spark } from "../parts/spark.tsx";
import { addressOf, goTo } from "../place.ts";
import { countOf, currentRate, gaugeOf, rateOf, sumOf } from "../series.ts";

/** Faults that a hop shows when there is one, worst first. */
const faults: readonly (readonly [CountName, string, "bad" | "warn"])[] = [
  ["givenUp", "given up", "bad"],
  ["undelivered", "undelivered", "bad"],
  ["filesFailed", "files failed", "bad"],
  ["refusedLines", "lines refused", "bad"],
  ["errors", "errors", "bad"],
  ["processesLost", "processes lost", "bad"],
  ["badRows", "bad rows", "warn"],
  ["setAside", "set aside", "warn"],
  ["invalid", "invalid", "warn"],
  ["throttled", "throttled", "warn"],
  ["retries", "retries", "warn"],
  ["duplicates", "duplicates", "warn"],
  ["restarts", "restarts", "warn"],
];

export function PipelineView({ live }: { readonly live: Live }) {
  const { pipeline, error } = live;
  const [chosen, choose] = useState<string | undefined>(undefined);
  if (pipeline === undefined) {
    return error === undefined ? <Empty title="Reading the pipeline…" /> : <Problem text={error} />;
  }
  const { hops, history, changes, alarms, nowMs, description } = pipeline;
  const ofKind = (kind: HopFigures["kind"]) => hops.filter((hop) => hop.kind === kind);
  const [enrichment, ...otherFunctions] = ofKind("function");
  const service = ofKind("service")[0];
  const firing = alarms.filter(({ state }) => state === "ALARM");
  const events = countOf(enrichment, "events");
  const invalid = countOf(enrichment, "invalid");
  const undelivered = sumOf(ofKind("destination"), "undelivered");
  const ages = ofKind("function").flatMap(({ ageMs }) => ageMs ?? []);
  const oldestMs = ages.length === 0 ? undefined : Math.max(...ages);
  const { startedAtMs } = description;
  const isWhole = description.stepMs === undefined;
  const counted = isWhole ? "in this run" : `since ${formatClock(startedAtMs)}`;
  const accepted = currentRate(live, (all) =>
    countOf(
      all.find(({ name }) => name === enrichment?.name),
      "events",
    ),
  );
  const shownHop = hops.find(({ name }) => name === chosen) ?? enrichment ?? service;
  const rateFor = ({ name }: HopFigures): number =>
    currentRate(live, (all) =>
      countOf(
        all.find((hop) => hop.name === name),
        "out",
      ),
    );
  const card = (hop: HopFigures | undefined, title: string, kind: string, cell: string) =>
    hop === undefined ? null : (
      <HopCard
        key={hop.name}
        hop={hop}
        title={title}
        kind={kind}
        cell={cell}
        rate={rateFor(hop)}
        history={history}
        isChosen={shownHop?.name === hop.name}
        onChoose={() => choose(hop.name)}
      />
    );
  const short = (name: string): string => shortName(name, description.stage);
  const lakes = [...ofKind("delivery")].sort((a, b) => Number(/bad/.test(a.name)) - Number(/bad/.test(b.name)));
  const pipes = [...ofKind("pipe")].sort((a, b) => Number(/bad/i.test(a.name)) - Number(/bad/i.test(b.name)));
  return (
    <>
      <h1 class="hidden">Pipeline</h1>
      <section class="figures" aria-label="Figures">
        <Figure
          name="Events in"
          value={formatRate(accepted)}
          unit="/ s"
          hint={`${formatCount(events)} ${counted}`}
          href={addressOf("events")}
        />
        <Figure
          name="Oldest under way"
          value={oldestMs === undefined ? "–" : formatDuration(oldestMs)}
          tone={(oldestMs ?? 0) > 60_000 ? "bad" : undefined}
          hint="before enrichment or router"
        />
        <Figure
          name="Invalid"
          value={formatShare(invalid, events)}
          hint={`${formatCount(invalid)} events`}
          tone={invalid > events / 10 ? "warn" : undefined}
          href={addressOf("quality")}
        />
        <Figure
          name="Undelivered"
          value={formatCount(undelivered)}
          hint={undelivered > 0 ? `not taken ${counted}` : "every copy was taken"}
          tone={undelivered > 0 ? "bad" : undefined}
          href={addressOf("routes")}
        />
        <Figure
          name="Alarms"
          value={String(firing.length)}
          hint={firing[0] === undefined ? `of ${alarms.length}, all well` : short(firing[0].name)}
          tone={firing.length > 0 ? "bad" : "good"}
          href={addressOf("objectives")}
        />
        <Figure
          name={isWhole ? "Running" : "Figures of"}
          value={formatDuration(nowMs - startedAtMs)}
          hint={`since ${formatClock(startedAtMs)}`}
        />
      </section>
      <Flow hops={hops}>
        {card(service, "Ingest", "event service", "ingest")}
        {card(enrichment, "Enrichment", "function", "enrichment")}
        {otherFunctions.map((hop, index) =>
          card(
            hop,
            index === 0 ? "Router" : short(hop.name),
            index === 0 ? "function" : "consumer",
            index === 0 ? "router" : "consumer",
          ),
        )}
        <div class="destinations">
          {ofKind("destination").map((hop) => (
            <button
              type="button"
              key={hop.name}
              data-cell="destination"
              class={`destination${shownHop?.name === hop.name ? " is-chosen" : ""}`}
              aria-pressed={shownHop?.name === hop.name}
              onClick={() => choose(hop.name)}
            >
              <span class="destination-name">{short(hop.name)}</span>
              <span class="destination-rate">{hop.exists ? `${formatRate(rateFor(hop))}/s` : "does not exist"}</span>
              {countOf(hop, "undelivered") > 0 ? (
                <span class="badge is-bad">{formatCount(countOf(hop, "undelivered"))} undelivered</span>
              ) : null}
            </button>
          ))}
        </div>
        {lakes.map((hop, index) => card(hop, short(hop.name), "Firehose → S3", index === 0 ? "lake" : "bad-lake"))}
        {pipes.map((hop, index) =>
          card(
            hop,
            hop.name.toLowerCase().replaceAll("_", " "),
            "Snowpipe → warehouse",
            index === 0 ? "pipe" : "bad-pipe",
          ),
        )}
      </Flow>
      {shownHop === undefined ? null : <HopCharts hop={shownHop} title={short(shownHop.name)} live={live} />}
      <section class="changes" aria-labelledby="changes-title">
        <h2 id="changes-title">What changed</h2>
        <ol>
          {changes
            .slice(-8)
            .reverse()
            .map(({ number, atMs, kind, text }) => (
              <li key={number} class={`change is-${kind}`}>
                <time>{formatClock(atMs)}</time>
                <span class="change-kind">{kind}</span>
                <span class="change-text">{text}</span>
                <span class="muted">{formatAgo(atMs, nowMs)}</span>
              </li>
            ))}
        </ol>
      </section>
    </>
  );
}

interface HopCardProps {
  readonly hop: HopFigures;
  readonly title: string;
  readonly kind: string;
  readonly cell: string;
  readonly rate: number;
  readonly history: FigureHistory;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

function HopCard({ hop, title, kind, cell, rate, history, isChosen, onChoose }: HopCardProps) {
  const trend = useMemo(() => rateOf(history, hop.name, "out").values.slice(-60), [history, hop.name]);
  const told = faults.flatMap(([figure, words, tone]) => {
    const count = countOf(hop, figure);
    return count > 0 ? [{ words: `${formatCount(count)} ${words}`, tone }] : [];
  });
  return (
    <button
      type="button"
      class={`hop${isChosen ? " is-chosen" : ""}`}
      aria-pressed={isChosen}
      data-cell={cell}
      onClick={onChoose}
    >
      <span class="hop-title">{title}</span>
      <span class="hop-kind">{kind}</span>
      <span class="hop-rate">
        {hop.out === undefined ? "–" : formatRate(rate)} <small>{hop.unit} / s</small>
      </span>
      <Spark values={trend} />
      <span class="hop-state">
        {hop.ageMs === undefined ? null : <span>{formatDuration(hop.ageMs)} old</span>}
        {hop.backlog === undefined ? null : (
          <span class={hop.backlog > 1_000 ? "is-warn" : ""}>{formatCount(hop.backlog)} waiting</span>
        )}
        {countOf(hop, "coldStarts") === 0 ? null : <span>{formatCount(countOf(hop, "coldStarts"))} cold starts</span>}
      </span>
      <span class="badges">
        {told.slice(0, 3).map(({ words, tone }) => (
          <span key={words} class={`badge is-${tone}`}>
            {words}
          </span>
        ))}
      </span>
    </button>
  );
}

/** From cell to cell, and the stream between them. */
const links: readonly (readonly [from: string, to: string, stream: string])[] = [
  ["ingest", "enrichment", "raw"],
  ["enrichment", "router", "enriched"],
  ["router", "destination", ""],
  ["enrichment", "lake", "enriched"],
  ["enrichment", "bad-lake", "bad rows"],
  ["lake", "pipe", ""],
  ["bad-lake", "bad-pipe", ""],
];

interface Line {
  readonly path: string;
  readonly label: string;
  readonly x: number;
  readonly y: number;
}

/** The picture of the README, with lines that are drawn between the cells wherever these are. */
function Flow({ hops, children }: { readonly hops: readonly HopFigures[]; readonly children: unknown }) {
  const host = useRef<HTMLDivElement>(null);
  const [lines, setLines] = useState<readonly Line[]>([]);
  useLayoutEffect(() => {
    const element = host.current;
    if (element === null) return undefined;
    const measure = (): void => setLines(drawLines(element));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [hops.length]);
  return (
    <section class="flow" ref={host} aria-label="The pipeline, hop by hop">
      <svg class="flow-lines" aria-hidden="true">
        {lines.map(({ path, label, x, y }) => (
          <g key={path}>
            <path d={path} />
            <path d={path} class="flow-motion" />
            {label === "" ? null : (
              <text x={x} y={y}>
                {label}
              </text>
            )}
          </g>
        ))}
      </svg>
      {children as never}
    </section>
  );
}

function drawLines(element: HTMLElement): readonly Line[] {
  const frame = element.getBoundingClientRect();
  const cells = (name: string): readonly DOMRect[] =>
    [...element.querySelectorAll(`[data-cell="${name}"]`)].map((cell) => cell.getBoundingClientRect());
  return links.flatMap(([from, to, label]): readonly Line[] =>
    cells(from).flatMap((one) => cells(to).map((other) => drawLine(frame, one, other, label))),
  );
}

/** Beside each other, below each other, or round what lies between. */
function drawLine(frame: DOMRect, one: DOMRect, other: DOMRect, label: string): Line {
  const [dx, dy] = [frame.left, frame.top];
  if (other.left >= one.right) {
    const [ax, ay, bx, by] = [
      one.right - dx,
      one.top + one.height / 2 - dy,
      other.left - dx,
      other.top + other.height / 2 - dy,
    ];
    const middle = (ax + bx) / 2;
    return {
      path: `M${ax},${ay} C${middle},${ay} ${middle},${by} ${bx},${by}`,
      label,
      x: middle,
      y: (ay + by) / 2 - 7,
    };
  }
  if (other.top - one.bottom > one.height / 2) {
    const [x, ay, by] = [one.left - dx, one.bottom - 22 - dy, other.top + other.height / 2 - dy];
    const out = x - 44;
    return {
      path: `M${x},${ay} C${out},${ay} ${out},${ay} ${out},${ay + 44} L${out},${by - 44} C${out},${by} ${out},${by} ${x},${by}`,
      label,
      x: out,
      y: (ay + by) / 2,
    };
  }
  const [x, ay, by] = [one.left + one.width / 2 - dx, one.bottom - dy, other.top - dy];
  return { path: `M${x},${ay} L${x},${by}`, label, x: x + 34, y: (ay + by) / 2 + 4 };
}

function HopCharts({ hop, title, live }: { readonly hop: HopFigures; readonly title: string; readonly live: Live }) {
  const history = useHistory(live);
  const changes = live.pipeline?.changes;
  const { name } = hop;
  const rates = useMemo(() => [rateOf(history, name, "in"), rateOf(history, name, "out")] as const, [history, name]);
  const times = rates[0].times;
  const rows = useMemo(() => {
    const told = faults
      .filter(([figure]) => countOf(hop, figure) > 0)
      .slice(0, 4)
      .map(([figure, words], index) => ({
        name: words,
        values: rateOf(history, name, figure).values,
        color: `--line-${index + 3}`,
      }));
    return { told, age: gaugeOf(history, name, "ageMs").values, backlog: gaugeOf(history, name, "backlog").values };
  }, [history, name, hop]);
  const { stepMs } = history;
  const openEvents = (atMs: number): void => {
    const [from, until] = [atMs - stepMs, atMs].map((ms) => new Date(ms).toISOString());
    goTo("events", { q: `time:${String(from)}..${String(until)}` });
  };
  const format = (value: number): string => formatRate(value);
  return (
    <section class="charts" aria-labelledby="charts-title">
      <h2 id="charts-title">
        {title} <small>last hour, a step is {formatDuration(stepMs)}; a click opens its events</small>
      </h2>
      {times.length < 2 ? (
        <Empty title="Figures come every ten seconds." />
      ) : (
        <div class="chart-grid">
          <Chart
            title={`${hop.unit} / s`}
            times={times}
            lines={[
              { name: "in", values: rates[0].values, color: "--line-1" },
              { name: "out", values: rates[1].values, color: "--line-2" },
            ]}
            format={format}
            changes={changes}
            onPick={openEvents}
          />
          <Chart
            title="age"
            times={times}
            lines={[{ name: "oldest", values: rows.age, color: "--line-1" }]}
            format={formatDuration}
            changes={changes}
            onPick={openEvents}
          />
          {hop.backlog === undefined ? (
            <p class="chart quiet">How much waits before this hop is not known here.</p>
          ) : (
            <Chart
              title="backlog"
              times={times}
              lines={[{ name: "waiting", values: rows.backlog, color: "--line-1" }]}
              format={formatCount}
              changes={changes}
              onPick={openEvents}
            />
          )}
          {rows.told.length === 0 ? (
            <p class="chart quiet">No fault of this hop in this run.</p>
          ) : (
            <Chart
              title="faults / s"
              times={times}
              lines={rows.told}
              format={format}
              changes={changes}
              onPick={openEvents}
            />
          )}
        </div>
      )}
    </section>
  );
}

/** The hour as it was read, and what came since, one sample a step. */
function useHistory({ pipeline, samples }: Live): FigureHistory {
  const history = pipeline?.history;
  const newest = samples.at(-1);
  return useMemo(() => {
    const { times, hops, stepMs } = history ?? { times: [], hops: {}, stepMs: 10_000 };
    if (newest === undefined || newest.atMs - (times.at(-1) ?? 0) < stepMs / 2) return { times, hops, stepMs };
    const grown: Record<string, Record<string, readonly (number | null)[]>> = {};
    for (const { name, in: taken = 0, out = 0, backlog = 0, ageMs = 0, counts } of newest.hops) {
      const columns = hops[name] ?? {};
      const values: Readonly<Record<string, number>> = { in: taken, out, backlog, ageMs, ...counts };
      grown[name] = Object.fromEntries(
        Object.entries(values).map(([figure, value]) => [figure, [...(columns[figure] ?? times.map(() => 0)), value]]),
      );
    }
    return { stepMs, times: [...times, newest.atMs], hops: grown };
  }, [history, newest]);
}
