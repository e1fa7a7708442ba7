import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { ExplainedEvent, RoutedCopy } from "@millrace/pipeline-source";
import type { EventStatus, ExplainAnswer } from "../../api.ts";
import { useAnswer } from "../ask.ts";
import { formatClock, formatDuration, shortName } from "../format.ts";
import { JsonView, type Mark, parseJsonText, visible } from "../parts/json-view.tsx";
import { Empty, Problem, Status } from "../parts/notes.tsx";
import { TableHead } from "../parts/table-head.tsx";
import { addressOf, goTo } from "../place.ts";

export function ExplainView({ id, stage }: { readonly id: string; readonly stage: string }) {
  const [text, setText] = useState(id);
  useEffect(() => setText(id), [id]);
  return (
    <div class="explain">
      <h1>Explain an event</h1>
      <form
        class="search"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          goTo("explain", { id: text.trim() });
        }}
      >
        <input
          type="search"
          data-search
          aria-label="Event id"
          placeholder="id of an event, also of one that did not arrive"
          value={text}
          spellcheck={false}
          autocomplete="off"
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <button type="submit">
          Explain <kbd>/</kbd>
        </button>
      </form>
      {id === "" ? (
        <Empty title="Every hop has a reason.">
          <p>
            Give the id of an event: what ingest accepted, what enrichment added and masked, each fault at its place,
            every route with the criterion that matched or failed, stream, shard and sequence number, the object in the
            lake and the row in the warehouse. An id that did not arrive is explained by the furthest place that knows
            it.
          </p>
          <p>
            In a terminal:{" "}
            <code>pnpm explain &lt;id&gt;{stage === "local" || stage === "" ? "" : ` --stage ${stage}`}</code>
          </p>
        </Empty>
      ) : (
        <Explanation id={id} />
      )}
    </div>
  );
}

/** One id through every hop. */
export function Explanation({ id }: { readonly id: string }) {
  const [isRawShown, showRaw] = useState(false);
  useEffect(() => showRaw(false), [id]);
  const query = new URLSearchParams({ id, ...(isRawShown ? { raw: "1" } : {}) });
  const { value, error, isLoading } = useAnswer<ExplainAnswer>(`api/explain?${query.toString()}`);
  if (value === undefined)
    return error === undefined ? (
      <Empty title={isLoading ? "Looking in every place…" : ""} />
    ) : (
      <Problem text={error} />
    );
  const { events, verdict, gaps } = value.explained;
  return (
    <article class="explanation" aria-busy={isLoading}>
      <header>
        <h2 class="mono">{visible(id)}</h2>
        <a href={addressOf("explain", { id })} title="An address to send to somebody with this console">
          link
        </a>
        <a href={addressOf("playground", { id })} title="Change it, and see what would become of it">
          try
        </a>
      </header>
      <Problem text={error} />
      {verdict.map((sentence) => (
        <p key={sentence} class="verdict is-unknown">
          {sentence}
        </p>
      ))}
      {events.length > 1 ? (
        <p class="verdict">{events.length} sources use this id; each is explained by itself.</p>
      ) : null}
      {events.map((event) => (
        <OneEvent
          key={event.source}
          event={event}
          answer={value}
          isRawShown={isRawShown}
          onShowRaw={() => showRaw(true)}
        />
      ))}
      {gaps.map((gap) => (
        <p key={gap} class="muted">
          Not read: {visible(gap)}
        </p>
      ))}
      <p class="muted">Read in {formatDuration(value.tookMs)}.</p>
    </article>
  );
}

interface OneEventProps {
  readonly event: ExplainedEvent;
  readonly answer: ExplainAnswer;
  readonly isRawShown: boolean;
  readonly onShowRaw: () => void;
}

function OneEvent({ event, answer, isRawShown, onShowRaw }: OneEventProps) {
  const { source, accepted, enriched, badRows, routes, rows, verdict } = event;
  const copy = enriched.at(-1);
  // A row of which the warehouse was not asked.
  const isLake = rows.some(({ isShown }) => isShown === undefined);
  const firstMs = timeOf(accepted[0]?.receivedAt ?? accepted[0]?.arrivedAt ?? enriched[0]?.at);
  const since = (at: string | undefined): string => {
    const ms = timeOf(at);
    if (ms === undefined) return "";
    return firstMs === undefined || ms === firstMs ? formatClock(ms, true) : `+${formatDuration(ms - firstMs)}`;
  };
  return (
    <>
      <p class="source">
        {copy === undefined ? null : <Status status={copy.status as EventStatus} />} <b>{visible(copy?.type ?? "")}</b>{" "}
        <span class="muted">from {visible(source ?? "an unreadable line")}</span>
      </p>
      <ul class="verdicts">
        {verdict.map((sentence) => (
          <li key={sentence}>{visible(sentence)}</li>
        ))}
      </ul>
      <ol class="steps">
        {accepted.map((raw) => (
          <Step key={placeText(raw)} title="Accepted" at={since(raw.receivedAt ?? raw.arrivedAt)} tone="good">
            <Facts facts={{ tenant: raw.tenant ?? "–", sender: raw.senderKind ?? "–", place: placeText(raw) }} />
          </Step>
        ))}
        {accepted.length === 0 ? (
          <Step title="Accepted" tone="none">
            <p>
              The raw stream does not have it: it is older than what is kept, or another writer put it on the enriched
              stream.
            </p>
          </Step>
        ) : null}
        {badRows.map((row) => (
          <Step key={row.sequenceNumber} title="Bad row" at={since(row.arrivedAt)} tone="bad">
            <p>{visible(row.message)}</p>
            <Facts facts={{ kind: row.kind, build: row.version, place: placeText(row) }} />
          </Step>
        ))}
        {enriched.map((each) => (
          <Step key={placeText(each)} title="Enriched" at={since(each.at)} tone="good">
            <Facts
              facts={{
                added: each.added.join(", ") || "nothing",
                ...(each.repaired.length === 0 ? {} : { repaired: each.repaired.join(", ") }),
                build: each.version,
                contracts: each.contracts ?? "–",
                ...(enriched.length > 1 ? { revision: each.revision } : {}),
                place: placeText(each),
              }}
            />
          </Step>
        ))}
        {copy === undefined ? null : (
          <>
            <Step
              title="Validated"
              tone={copy.status === "valid" ? "good" : copy.status === "invalid" ? "bad" : "warn"}
            >
              <Facts facts={{ verdict: copy.status, contract: copy.schema ?? "none describes this type" }} />
              {copy.errors.length === 0 ? null : (
                <ul class="faults">
                  {copy.errors.map((fault) => (
                    <li key={fault} class="mono">
                      {visible(fault)}
                    </li>
                  ))}
                </ul>
              )}
            </Step>
            <Step title="Masked" tone={copy.masked.length > 0 ? "masked" : "none"}>
              {copy.masked.length === 0 ? (
                <p>Nothing had to be.</p>
              ) : (
                <ul class="plain-list mono">
                  {copy.masked.map((place) => (
                    <li key={place}>{visible(place)}</li>
                  ))}
                </ul>
              )}
            </Step>
            <Step title="Routed" tone={routes.some(({ verdict: of }) => of === "undelivered") ? "bad" : "good"}>
              <Routes routes={routes} since={since} />
            </Step>
          </>
        )}
        {copy === undefined && rows.length === 0 ? null : (
          <Step
            title={isLake ? "Lake" : "Warehouse"}
            at={since(rows.find(({ isShown }) => isShown)?.loadedAt)}
            tone={rows.length > 0 ? "good" : "none"}
          >
            {rows.length === 0 ? <p>No row yet: the lake collects, then the pipe loads.</p> : null}
            {rows.map((row) => (
              <Facts
                key={`${row.object} ${row.line}`}
                facts={{
                  object: row.object,
                  line: `${row.line}${row.isShown === false ? " (a copy; views show another)" : ""}`,
                }}
              />
            ))}
          </Step>
        )}
      </ol>
      {copy === undefined && !isRawShown && accepted.length === 0 ? null : (
        <Copies answer={answer} source={source} isRawShown={isRawShown} onShowRaw={onShowRaw} />
      )}
    </>
  );
}

const verdictTones: Readonly<Record<RoutedCopy["verdict"], string>> = {
  delivered: "good",
  undelivered: "bad",
  "on its way": "warn",
  "sampled out": "warn",
  "no match": "none",
};

const Routes = ({
  routes,
  since,
}: {
  readonly routes: readonly RoutedCopy[];
  readonly since: (at: string) => string;
}) => (
  <table class="routes">
    <TableHead columns={["route", "verdict", "because", "there after"]} />
    <tbody>
      {routes.map(({ route, destination, verdict, reason, places }) => (
        <tr key={route} class={`is-${verdictTones[verdict]}`}>
          <th scope="row">
            {route} <span class="muted">→ {destination}</span>
          </th>
          <td class="route-verdict">{verdict}</td>
          <td>{visible(reason)}</td>
          <td class="mono" title={places.map(placeText).join("\n")}>
            {places[0] === undefined ? "" : since(places[0].arrivedAt)}
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);

/** Raw, enriched and delivered beside each other: what was added, masked and left out. */
function Copies(props: {
  readonly answer: ExplainAnswer;
  readonly source: string | undefined;
  readonly isRawShown: boolean;
  readonly onShowRaw: () => void;
}) {
  const { answer, source, isRawShown, onShowRaw } = props;
  const enriched = useMemo(
    () => answer.enriched.map(({ text }) => parse(text)).findLast((value) => sourceIn(value) === source),
    [answer, source],
  );
  const delivered = useMemo(
    () =>
      answer.delivered
        .map((copy) => ({ name: copy.streamName, value: parse(copy.text) }))
        .filter(({ value }) => sourceIn(value) === source),
    [answer, source],
  );
  const [chosen, choose] = useState(0);
  const shown = delivered[Math.min(chosen, delivered.length - 1)];
  const raw =
    answer.raw?.map(({ text }) => parse(text)).findLast((value) => membersOf(value)["source"] === source) ??
    answer.raw?.[0]?.text;
  const masked = useMemo(() => maskedPlaces(enriched), [enriched]);
  return (
    <section class="copies" aria-label="The event in each place">
      <div class="copy">
        <h3>Raw</h3>
        {!isRawShown ? (
          <div class="locked">
            <p>The raw event holds personal data as it was sent. It is read when you open it, and not before.</p>
            <button type="button" onClick={onShowRaw}>
              Open the raw event
            </button>
          </div>
        ) : answer.raw === null ? (
          <p class="muted">Reading…</p>
        ) : raw === undefined ? (
          <p class="muted">The raw stream no longer has it.</p>
        ) : (
          <JsonView value={raw} marks={new Map([...masked].map((path) => [path, "masked"]))} />
        )}
      </div>
      <div class="copy">
        <h3>Enriched</h3>
        {enriched === undefined ? (
          <p class="muted">Enrichment has not written it.</p>
        ) : (
          <JsonView value={enriched} marks={enrichedMarks(masked)} openLevels={2} />
        )}
      </div>
      <div class="copy">
        <h3>
          Delivered
          {delivered.length > 1 ? (
            <select
              aria-label="Destination"
              value={chosen}
              onChange={({ currentTarget }) => choose(Number(currentTarget.value))}
            >
              {delivered.map(({ name }, index) => (
                <option key={name + String(index)} value={index}>
                  {shortName(name, "local")}
                </option>
              ))}
            </select>
          ) : null}
        </h3>
        {shown === undefined ? (
          <p class="muted">No destination has it.</p>
        ) : (
          <JsonView
            value={shown.value}
            marks={enrichedMarks(masked)}
            missing={missingPlaces(enriched, shown.value)}
            openLevels={2}
          />
        )}
      </div>
    </section>
  );
}

/** Everything beside the event was added; below it stands what was masked. */
export const enrichedMarks = (masked: readonly string[]): ReadonlyMap<string, Mark> =>
  new Map<string, Mark>([
    ...["enrichment", "validation", "privacy", "fidelity", "processing"].map((name): [string, Mark] => [
      `/${name}`,
      "added",
    ]),
    ...masked.map((path): [string, Mark] => [`/event${path}`, "masked"]),
  ]);

/** Pointers of what was masked, below the event. */
export function maskedPlaces(enriched: unknown): readonly string[] {
  const { masked } = membersOf(membersOf(enriched)["privacy"]);
  if (!Array.isArray(masked)) return [];
  return masked.flatMap((each: unknown) => {
    const { path } = membersOf(each);
    return typeof path === "string" ? [path] : [];
  });
}

/** Members that the enriched event has and a delivered copy has not, by the pointer of their parent. */
function missingPlaces(whole: unknown, part: unknown, path = "", level = 0): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  if (level > 30 || Array.isArray(whole)) return found;
  const gone = Object.keys(membersOf(whole)).filter((key) => !Object.hasOwn(membersOf(part), key));
  if (gone.length > 0) found.set(path, gone);
  for (const [key, value] of Object.entries(membersOf(whole))) {
    if (gone.includes(key)) continue;
    for (const [below, keys] of missingPlaces(value, membersOf(part)[key], `${path}/${key}`, level + 1))
      found.set(below, keys);
  }
  return found;
}

const Step = (props: {
  readonly title: string;
  readonly at?: string;
  readonly tone: string;
  readonly children: ComponentChildren;
}) => (
  <li class={`step is-${props.tone}`}>
    <h3>
      {props.title} <span class="muted">{props.at ?? ""}</span>
    </h3>
    <div>{props.children}</div>
  </li>
);

const Facts = ({ facts }: { readonly facts: Readonly<Record<string, string>> }) => (
  <dl class="facts">
    {Object.entries(facts).map(([name, value]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd class="mono">{visible(value)}</dd>
      </div>
    ))}
  </dl>
);

const placeText = (place: {
  readonly streamName: string;
  readonly shardId: string;
  readonly sequenceNumber: string;
  readonly index: number;
}): string =>
  `${place.streamName} ${place.shardId.replace(/^shardId-0*(?=\d)/, "shard ")} ${place.sequenceNumber} line ${place.index}`;

const timeOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : Date.parse(text));

type Members = Readonly<Record<string, unknown>>;
const membersOf = (value: unknown): Members =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Members) : {};

/** A cut copy is no JSON: its text is shown as it is. A bus has the event as the detail of its own. */
function parse(text: string): unknown {
  const value = parseJsonText(text);
  return membersOf(value)["detail"] ?? value;
}

const sourceIn = (value: unknown): unknown => membersOf(membersOf(value)["event"])["source"];
