import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { EventsAnswer, EventSummary, EventTotals } from "../../api.ts";
import { ask } from "../ask.ts";
import type { EventBuffer } from "../event-buffer.ts";
import { formatClock, formatCount } from "../format.ts";
import { isForPage } from "../keys.ts";
import { visible } from "../parts/json-view.tsx";
import { Empty, Problem, Status } from "../parts/notes.tsx";
import { replacePlace } from "../place.ts";
import { BadRow } from "./bad-row.tsx";
import { Explanation } from "./explain.tsx";

const rowHeight = 34;
const overscan = 4;
const searchLimit = 200;

export function EventsView({ buffer, params }: { readonly buffer: EventBuffer; readonly params: URLSearchParams }) {
  const query = params.get("q") ?? "";
  const chosenId = params.get("id") ?? "";
  const chosenRow = params.get("bad") ?? "";
  const show = useCallback(
    (change: { readonly q?: string; readonly id?: string; readonly bad?: string }) => {
      const next = { q: query, id: chosenId, bad: chosenRow, ...change };
      replacePlace("events", Object.fromEntries(Object.entries(next).filter(([, value]) => value !== "")));
    },
    [query, chosenId, chosenRow],
  );
  const search = useSearch(query);
  const tail = useTail(buffer);
  const isSearch = query.trim() !== "";
  const events = isSearch ? search.events : tail.events;
  const totals = useSlowly((isSearch ? search.totals : undefined) ?? tail.totals);
  const pills = useMemo(
    () => <Pills totals={totals} query={query} onQuery={(q) => show({ q })} />,
    [totals, query, show],
  );
  const choose = (event: EventSummary | undefined): void =>
    show(event?.status === "bad" ? { id: "", bad: event.id } : { id: event?.id ?? "", bad: "" });
  const isOpen = chosenId !== "" || chosenRow !== "";
  return (
    <div class={`events${isOpen ? " has-detail" : ""}`}>
      <h1 class="hidden">Events</h1>
      <div class="events-head">
        <SearchBox value={query} onSearch={(q) => show({ q })} />
        {pills}
        <div class="events-state">{isSearch ? <SearchState search={search} /> : <TailState tail={tail} />}</div>
        <Problem text={isSearch ? search.error : tail.error} />
      </div>
      <EventList
        events={events}
        chosenId={chosenId || chosenRow}
        onChoose={choose}
        empty={
          isSearch ? (
            search.isLoading ? (
              <Empty title="Searching…" />
            ) : (
              <Empty title="No event matches.">
                <p>The search reads from the newest event backwards. Look further back, or take a token away.</p>
              </Empty>
            )
          ) : (
            <Empty title="No event has come yet.">
              <p>
                Send one with the <code>curl</code> that <code>pnpm start</code> printed.
              </p>
            </Empty>
          )
        }
      />
      {!isOpen ? null : (
        <aside class="detail" aria-label="The chosen event">
          <button type="button" class="plain detail-close" onClick={() => show({ id: "", bad: "" })}>
            Close <kbd>Esc</kbd>
          </button>
          {chosenRow === "" ? <Explanation id={chosenId} /> : <BadRow id={chosenRow} />}
        </aside>
      )}
    </div>
  );
}

const slowMs = 1_000;

/** A value at most once a second: counts that change with every event move what is beside them, and cannot be read. */
function useSlowly<T>(value: T): T {
  const [shown, show] = useState(value);
  const latest = useRef(value);
  latest.current = value;
  const isShown = value === shown;
  useEffect(() => {
    if (isShown) return undefined;
    const timer = window.setTimeout(() => show(latest.current), slowMs);
    return () => window.clearTimeout(timer);
    // Also when another value came before the one that the timer showed was drawn.
  }, [isShown, shown]);
  return shown ?? value;
}

interface Search {
  readonly events: readonly EventSummary[];
  readonly totals: EventTotals | undefined;
  readonly answer: EventsAnswer | undefined;
  readonly error: string | undefined;
  readonly isLoading: boolean;
  readonly more: () => void;
}

/** Searches a moment after the last key, and goes on further back when it is asked to. */
function useSearch(query: string): Search {
  const [state, setState] = useState<Omit<Search, "more">>(noSearch);
  const load = useCallback(
    (before: string | undefined, signal: AbortSignal) => {
      const asked = new URLSearchParams({
        q: query,
        limit: String(searchLimit),
        ...(before === undefined ? {} : { before }),
      });
      setState((last) => ({ ...(before === undefined ? noSearch : last), isLoading: true }));
      ask<EventsAnswer>(`api/events?${asked.toString()}`, { signal }).then(
        (answer) =>
          setState((last) => ({
            events: before === undefined ? answer.events : [...last.events, ...answer.events],
            totals: answer.totals,
            answer,
            error: undefined,
            isLoading: false,
          })),
        (error: unknown) =>
          signal.aborted || setState((last) => ({ ...last, isLoading: false, error: (error as Error).message })),
      );
    },
    [query],
  );
  useEffect(() => {
    if (query.trim() === "") {
      setState(noSearch);
      return undefined;
    }
    const gone = new AbortController();
    load(undefined, gone.signal);
    return () => gone.abort();
  }, [query, load]);
  return { ...state, more: () => load(state.answer?.before ?? undefined, new AbortController().signal) };
}

const noSearch = { events: [], totals: undefined, answer: undefined, error: undefined, isLoading: false } as const;

interface Tail {
  readonly events: readonly EventSummary[];
  readonly totals: EventTotals | undefined;
  readonly isPaused: boolean;
  readonly fresh: number;
  readonly missed: number;
  readonly error: string | undefined;
  readonly pause: (isPaused: boolean) => void;
}

/** The newest events as they come. While it is paused the list stands still, and what is new is counted. */
function useTail(buffer: EventBuffer): Tail {
  const [, redraw] = useState(0);
  const [error, setError] = useState<string | undefined>(undefined);
  const [held, setHeld] = useState<readonly EventSummary[] | undefined>(undefined);
  useEffect(() => {
    ask<Pick<EventsAnswer, "events" | "totals">>("api/recent").then(
      ({ events, totals }) => buffer.fill(events, totals),
      (failed: unknown) => setError((failed as Error).message),
    );
    return buffer.listen(() => redraw((count) => count + 1));
  }, [buffer]);
  if (held === undefined) buffer.shown();
  const pause = (isPaused: boolean): void => setHeld(isPaused ? buffer.events : undefined);
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.key !== "p" || !isForPage(event)) return;
      setHeld((last) => (last === undefined ? buffer.events : undefined));
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [buffer]);
  return {
    events: held ?? buffer.events,
    totals: buffer.totals,
    isPaused: held !== undefined,
    fresh: held === undefined ? 0 : buffer.fresh,
    missed: buffer.missed,
    error,
    pause,
  };
}

const SearchState = ({ search }: { readonly search: Search }) => {
  const { answer, events, isLoading, more } = search;
  if (answer === undefined) return <span>{isLoading ? "Searching…" : ""}</span>;
  const reached = answer.reachedMs === null ? "" : `, back to ${formatClock(answer.reachedMs)}`;
  return (
    <>
      <span>
        {formatCount(events.length)} found in {formatCount(answer.looked)} records{reached}
        {answer.before === null ? "; that is all there is" : ""}
      </span>
      {answer.before === null ? null : (
        <button type="button" onClick={more} disabled={isLoading}>
          Look further back
        </button>
      )}
    </>
  );
};

const TailState = ({ tail: { isPaused, fresh, missed, pause } }: { readonly tail: Tail }) => (
  <>
    <button type="button" aria-pressed={isPaused} onClick={() => pause(!isPaused)}>
      {isPaused ? <>Resume {fresh > 0 ? <b>↓ {formatCount(fresh)} new</b> : null}</> : "Pause"} <kbd>p</kbd>
    </button>
    <span>{isPaused ? "The list stands still." : "Newest first, as they come."}</span>
    {missed > 0 ? (
      <span class="is-warn">{formatCount(missed)} events were not shown: too many came at once.</span>
    ) : null}
  </>
);

function SearchBox({ value, onSearch }: { readonly value: string; readonly onSearch: (query: string) => void }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  return (
    <form
      class="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        onSearch(text.trim());
        // The keys that move and open are the list's from here on.
        document.querySelector<HTMLElement>(".list-body")?.focus();
      }}
    >
      <input
        type="search"
        data-search
        aria-label="Search events"
        placeholder="type:commerce.* status:invalid source:… id:… in:fraud time:15m"
        value={text}
        spellcheck={false}
        autocomplete="off"
        onInput={({ currentTarget }) => {
          setText(currentTarget.value);
          if (currentTarget.value === "") onSearch("");
        }}
      />
      <button type="submit">
        Search <kbd>/</kbd>
      </button>
    </form>
  );
}

const maxPills = 7;

/** Filters with their totals, which are of everything that was read and stay as they are whatever the filter is. */
function Pills(props: {
  readonly totals: EventTotals | undefined;
  readonly query: string;
  readonly onQuery: (query: string) => void;
}) {
  const { totals, query, onQuery } = props;
  const groups = useMemo(() => {
    if (totals === undefined) return [];
    const sorted = (counts: Readonly<Record<string, number>>) => Object.entries(counts).sort(([, a], [, b]) => b - a);
    return [
      { key: "status", counts: Object.entries(totals.statuses) },
      { key: "type", counts: sorted(totals.types).slice(0, maxPills) },
      { key: "source", counts: sorted(totals.sources).slice(0, 4) },
    ];
  }, [totals]);
  const toggle = (token: string): void => {
    const tokens = query.split(/\s+/).filter((each) => each !== "");
    const key = `${token.split(":", 1)[0] ?? ""}:`;
    const others = tokens.filter((each) => !each.startsWith(key));
    onQuery((tokens.includes(token) ? others : [...others, token]).join(" "));
  };
  return (
    <div class="pills">
      {groups.map(({ key, counts }) => (
        <div key={key} class="pill-group" role="group" aria-label={`Filter by ${key}`}>
          {counts.map(([value, count]) => {
            const token = `${key}:${/\s/.test(value) ? `"${value}"` : value}`;
            return (
              <button
                key={value}
                type="button"
                class={`pill is-${key === "status" ? value : "plain"}`}
                aria-pressed={query.includes(token)}
                onClick={() => toggle(token)}
              >
                {visible(value) || "none"} <b>{formatCount(count)}</b>
              </button>
            );
          })}
        </div>
      ))}
      {totals?.fromMs == null ? null : (
        <span class="muted">
          totals of {formatCount(totals.events)} events since {formatClock(totals.fromMs)}
          {totals.missed > 0 ? `, ${formatCount(totals.missed)} not read` : ""}
        </span>
      )}
    </div>
  );
}

interface EventListProps {
  readonly events: readonly EventSummary[];
  readonly chosenId: string;
  readonly onChoose: (event: EventSummary | undefined) => void;
  readonly empty: ComponentChildren;
}

/** Draws the rows that are seen, and no others. */
function EventList({ events, chosenId, onChoose, empty }: EventListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const [cursor, setCursor] = useState(0);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const measure = (): void => setView({ top: element.scrollTop, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, []);
  // With the row that is marked: after the painting, a quick Enter would open the row that was marked before.
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (!isForPage(event)) return;
      const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
      if (step !== undefined) {
        event.preventDefault();
        const next = Math.max(0, Math.min(events.length - 1, cursor + step));
        setCursor(next);
        const element = scroller.current;
        if (element === null) return;
        if (next * rowHeight < element.scrollTop) element.scrollTop = next * rowHeight;
        const bottom = (next + 1) * rowHeight - element.clientHeight;
        if (bottom > element.scrollTop) element.scrollTop = bottom;
      } else if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement)) onChoose(events[cursor]);
      else if (event.key === "Escape") onChoose(undefined);
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [events, cursor, onChoose]);
  const first = Math.max(0, Math.floor(view.top / rowHeight) - overscan);
  const count = Math.ceil(view.height / rowHeight) + overscan * 2;
  const shown = events.slice(first, first + count);
  return (
    <div class="list" role="table" aria-label="Events" aria-rowcount={events.length}>
      <div role="rowgroup" class="list-head">
        <div role="row" class="row">
          <span role="columnheader">time</span>
          <span role="columnheader">status</span>
          <span role="columnheader">type</span>
          <span role="columnheader">source</span>
          <span role="columnheader">subject</span>
          <span role="columnheader">id</span>
          <span role="columnheader">fault</span>
        </div>
      </div>
      <div class="list-body" role="rowgroup" ref={scroller} tabIndex={0}>
        {events.length === 0 ? (
          <div role="row">
            <div role="cell">{empty}</div>
          </div>
        ) : null}
        <div style={{ height: `${first * rowHeight}px` }} aria-hidden="true" />
        {shown.map((event, index) => (
          // By place and not by event: at a thousand events a second every row is another event four times a second.
          // Changing texts costs less than making rows.
          <Row
            key={index}
            event={event}
            index={first + index}
            isAt={first + index === cursor}
            isChosen={event.id === chosenId}
            onChoose={onChoose}
          />
        ))}
        <div
          style={{ height: `${Math.max(0, events.length - first - shown.length) * rowHeight}px` }}
          aria-hidden="true"
        />
      </div>
    </div>
  );
}

interface RowProps {
  readonly event: EventSummary;
  readonly index: number;
  readonly isAt: boolean;
  readonly isChosen: boolean;
  readonly onChoose: (event: EventSummary) => void;
}

function Row({ event, index, isAt, isChosen, onChoose }: RowProps) {
  const { id, type, source, subject, status, fault, faults, atMs } = event;
  return (
    <div
      role="row"
      aria-rowindex={index + 1}
      aria-selected={isChosen}
      class={`row${isAt ? " is-at" : ""}${isChosen ? " is-chosen" : ""}`}
      onClick={() => onChoose(event)}
    >
      <span role="cell" class="mono">
        {formatClock(atMs, true)}
      </span>
      <span role="cell">
        <Status status={status} />
      </span>
      <span role="cell" class="strong">
        {visible(type)}
      </span>
      <span role="cell">{visible(source)}</span>
      <span role="cell" class="mono">
        {visible(subject ?? "")}
      </span>
      <span role="cell" class="mono">
        {visible(id)}
      </span>
      <span role="cell" class="fault">
        {fault === null ? "" : visible(fault)}
        {faults > 1 ? ` and ${faults - 1} more` : ""}
      </span>
    </div>
  );
}
