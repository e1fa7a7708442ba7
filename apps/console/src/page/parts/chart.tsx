import { useEffect, useMemo, useRef } from "preact/hooks";
import uPlot from "uplot";
import type { Change } from "@millrace/pipeline-source";
import { formatClock } from "../format.ts";

export interface ChartLine {
  readonly name: string;
  readonly values: readonly (number | null)[];
  /** A colour of the style sheet, such as `--line-1`. */
  readonly color: string;
  readonly isBar?: boolean;
}

export interface ChartProps {
  readonly title: string;
  /** In seconds. */
  readonly times: readonly number[];
  readonly lines: readonly ChartLine[];
  readonly format: (value: number) => string;
  readonly changes?: readonly Change[] | undefined;
  /** Called with the time of the step that was chosen, in epoch milliseconds. */
  readonly onPick?: ((atMs: number) => void) | undefined;
  readonly height?: number;
}

const changeColors: Readonly<Record<Change["kind"], string>> = {
  start: "--muted",
  takeover: "--accent",
  refused: "--bad",
  alarm: "--bad",
  notice: "--muted",
};

/** A chart over time, with changes as marks. Its newest values stand in words beside the title. */
export function Chart(props: ChartProps) {
  const { title, times, lines, format, height = 120 } = props;
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const shape = lines.map(({ name, color }) => `${name}${color}`).join();
  const scheme = useScheme();

  useEffect(() => {
    const element = host.current;
    if (element === null) return undefined;
    const drawn = new uPlot(optionsFor(latest, element, height), toData(latest.current), element);
    plot.current = drawn;
    const observer = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
      plot.current = undefined;
    };
  }, [shape, height, scheme]);

  useEffect(() => plot.current?.setData(toData(props)), [times, lines]);

  const newest = lines.map(({ name, values, color }) => {
    const value = values.findLast((each) => each !== null);
    return (
      <span class="chart-key" key={name}>
        <i style={{ background: `var(${color})` }} />
        {name} <b>{typeof value === "number" ? format(value) : "–"}</b>
      </span>
    );
  });
  return (
    <figure class="chart">
      <figcaption>
        <span class="chart-title">{title}</span>
        {newest}
      </figcaption>
      <div ref={host} class="chart-plot" style={{ height: `${height}px` }} aria-hidden="true" />
    </figure>
  );
}

const toData = ({ times, lines }: ChartProps): uPlot.AlignedData =>
  [times, ...lines.map(({ values }) => values)] as unknown as uPlot.AlignedData;

/** Whether the page is dark: a canvas does not follow its style sheet by itself. */
function useScheme(): string {
  const dark = useMemo(() => matchMedia("(prefers-color-scheme: dark)"), []);
  return `${document.documentElement.dataset["theme"] ?? ""}${dark.matches}`;
}

const shortestSeconds = 300;

/** At least some minutes, and room for the halves of the bars at both ends. */
function rangeOf(low: number, high: number, lines: readonly ChartLine[]): [number, number] {
  const room = lines.some(({ isBar }) => isBar === true) ? 30 : 0;
  return [Math.min(low, high - shortestSeconds) - room, high + room];
}

const formatMinute = (seconds: number): string => formatClock(seconds * 1_000).slice(0, 5);

const cssColor = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function optionsFor(latest: { readonly current: ChartProps }, element: HTMLElement, height: number): uPlot.Options {
  const { lines, format, onPick } = latest.current;
  const [ink, grid] = [cssColor("--muted"), cssColor("--rule")];
  const font = "11px system-ui, sans-serif";
  const axis = { stroke: ink, font, grid: { stroke: grid, width: 1 }, ticks: { show: false } } as const;
  return {
    width: element.clientWidth,
    height,
    // Half of the last label stands to the right of the plot.
    padding: [8, 18, 0, 0],
    legend: { show: false },
    cursor: { points: { size: 6 }, y: false, drag: { x: false, y: false } },
    scales: {
      x: { range: (_plot, low, high) => rangeOf(low, high, lines) },
      y: { range: (_plot, _low, high) => [0, Math.max(high, 1e-9) * 1.15] },
    },
    axes: [
      { ...axis, grid: { show: false }, space: 80, size: 24, values: (_plot, times) => times.map(formatMinute) },
      { ...axis, size: 52, space: 28, values: (_plot, values) => values.map((value) => format(value)) },
    ],
    series: [
      {},
      ...lines.map(({ color, isBar }) => {
        const stroke = cssColor(color);
        const bars = uPlot.paths.bars?.({ size: [0.8, 40] });
        return {
          stroke,
          width: isBar === true ? 0 : 1.5,
          fill: isBar === true ? stroke : undefined,
          points: { show: false },
          ...(isBar === true && bars !== undefined ? { paths: bars } : {}),
        } as uPlot.Series;
      }),
    ],
    hooks: {
      draw: [(plot) => drawChanges(plot, latest.current.changes ?? [])],
      ready: [
        (plot) => {
          if (onPick === undefined) return;
          plot.over.style.cursor = "pointer";
          plot.over.addEventListener("click", () => {
            const at = latest.current.times[plot.cursor.idx ?? -1];
            if (at !== undefined) latest.current.onPick?.(at * 1_000);
          });
        },
      ],
    },
  };
}

function drawChanges(plot: uPlot, changes: readonly Change[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
  ctx.font = `${10 * devicePixelRatio}px system-ui, sans-serif`;
  for (const { atMs, kind } of changes) {
    const x = plot.valToPos(atMs / 1_000, "x", true);
    if (kind === "notice" || x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.strokeStyle = cssColor(changeColors[kind]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.fillStyle = ctx.strokeStyle;
    ctx.fillText(kind, x + 3 * devicePixelRatio, bbox.top + 9 * devicePixelRatio);
  }
  ctx.restore();
}
