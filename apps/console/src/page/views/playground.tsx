import { useEffect, useState } from "preact/hooks";
import type { EventsAnswer, ExplainAnswer } from "../../api.ts";
import { ask, useAnswer } from "../ask.ts";
import { goTo } from "../place.ts";
import { JsonView, visible } from "../parts/json-view.tsx";
import { Empty, Problem, Status } from "../parts/notes.tsx";
import { TableHead } from "../parts/table-head.tsx";
import { enrichedMarks, maskedPlaces } from "./explain.tsx";

const pauseMs = 300;
/** Attributes that the event service sets: it refuses them of a sender. */
const setByService = new Set([
  ...["tenantid", "receivedat", "replayedat", "erasedat", "senderkind"],
  ...["clientip", "useragent", "clienthints", "referer", "origin"],
]);
/** Events that can be picked; any other one is taken by `try` beside its explanation. */
const pickable = 30;

const sample = {
  specversion: "1.0",
  id: "try-1",
  source: "https://shop.example/web",
  type: "search.click",
  subject: "visitor-1",
  data: {
    context: {
      pageUrl: "https://shop.example/search?q=tent",
      sessionId: "s-1",
      visitorId: "visitor-1",
      email: "ada@mail.example",
    },
    queryId: "q-1",
    query: "tent",
    productId: "SKU-3002",
    rank: 1,
  },
};

/** Fate of one event that is not stored; see `/v1/validate` of the event service. */
interface Fate {
  readonly id?: string;
  readonly routes?: readonly {
    readonly route: string;
    readonly destination: string;
    readonly matches: boolean;
    readonly isDelivered: boolean;
    readonly because: string;
  }[];
  readonly enriched?: {
    readonly validation: {
      readonly status: "valid" | "invalid" | "unknown";
      readonly errors: readonly { readonly path: string; readonly message: string }[];
    };
  };
  readonly badRow?: { readonly kind: string; readonly message: string };
  readonly rejected?: { readonly detail?: string };
}

export function PlaygroundView({ id }: { readonly id: string }) {
  const [text, setText] = useState(() => JSON.stringify(sample, undefined, 2));
  const [fates, setFates] = useState<readonly Fate[]>([]);
  const [error, setError] = useState<string | undefined>(undefined);
  useEffect(() => {
    if (id === "") return;
    ask<ExplainAnswer>(`api/explain?${new URLSearchParams({ id }).toString()}`).then(
      ({ enriched }) => {
        const copy = enriched.at(-1);
        if (copy === undefined) {
          setError(`No enriched event has the id ${id}.`);
          return;
        }
        const { event } = JSON.parse(copy.text) as { readonly event: object };
        const sent = Object.entries(event).filter(([name]) => !setByService.has(name));
        setText(JSON.stringify(Object.fromEntries(sent), undefined, 2));
      },
      (failed: unknown) => setError((failed as Error).message),
    );
  }, [id]);
  useEffect(() => {
    const gone = new AbortController();
    const timer = window.setTimeout(() => {
      ask<{ readonly events: readonly Fate[] }>("api/validate", {
        method: "POST",
        body: text,
        signal: gone.signal,
      }).then(
        ({ events }) => {
          setFates(events);
          setError(undefined);
        },
        (failed: unknown) => gone.signal.aborted || setError((failed as Error).message),
      );
    }, pauseMs);
    return () => {
      window.clearTimeout(timer);
      gone.abort();
    };
  }, [text]);
  return (
    <div class="playground">
      <h1>Playground</h1>
      <p class="muted">
        An event as a sender would post it, and what would become of it: contract, masking, routes. Nothing is stored.
        An event that you pick is the masked one.
      </p>
      <Picker />
      <div class="playground-body">
        <textarea
          aria-label="Event as JSON"
          spellcheck={false}
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <div class="fates" aria-live="polite">
          <Problem text={error} />
          {fates.length === 0 && error === undefined ? <Empty title="Asking the event service…" /> : null}
          {fates.map((fate, index) => (
            <FateView key={index} fate={fate} />
          ))}
        </div>
      </div>
    </div>
  );
}

/** One of the newest events, to begin with. */
function Picker() {
  const { value } = useAnswer<Pick<EventsAnswer, "events">>("api/recent");
  const events = (value?.events ?? [])
    .filter(({ status }) => status !== "bad")
    .slice(-pickable)
    .reverse();
  return (
    <label class="picker">
      Pick an event{" "}
      <select
        onChange={({ currentTarget }) => currentTarget.value !== "" && goTo("playground", { id: currentTarget.value })}
      >
        <option value="">of the newest {events.length}</option>
        {events.map(({ key, id, type, status }) => (
          <option key={key} value={id}>
            {visible(type)}, {status}, {visible(id)}
          </option>
        ))}
      </select>
    </label>
  );
}

function FateView({ fate: { id = "", routes = [], enriched, badRow, rejected } }: { readonly fate: Fate }) {
  if (rejected !== undefined) {
    return <Problem text={`The event service refuses it: ${rejected.detail ?? JSON.stringify(rejected)}`} />;
  }
  if (badRow !== undefined) return <Problem text={`It becomes a bad row: ${badRow.message} (${badRow.kind})`} />;
  if (enriched === undefined) return null;
  const { status, errors } = enriched.validation;
  const delivered = routes.filter(({ isDelivered }) => isDelivered);
  const to = [...new Set(delivered.map(({ destination }) => destination))].join(", ");
  return (
    <article class="fate">
      <h2>
        <Status status={status} /> <span class="mono">{visible(id)}</span>
      </h2>
      <p>{delivered.length === 0 ? "No route takes it." : `It would go to ${to}.`}</p>
      <ul class="faults">
        {errors.map(({ path, message }) => (
          <li key={path + message}>
            <code>{visible(path) || "/"}</code> {visible(message)}
          </li>
        ))}
      </ul>
      <table class="routes">
        <TableHead columns={["route", "verdict", "because"]} />
        <tbody>
          {routes.map(({ route, destination, matches, isDelivered, because }) => (
            <tr key={route} class={`is-${isDelivered ? "good" : matches ? "warn" : "none"}`}>
              <th scope="row">
                {route} <span class="muted">→ {destination}</span>
              </th>
              <td class="route-verdict">{isDelivered ? "takes it" : matches ? "sampled out" : "no match"}</td>
              <td>{visible(because)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h3>As enrichment would write it</h3>
      <JsonView value={enriched} marks={enrichedMarks(maskedPlaces(enriched))} openLevels={2} />
    </article>
  );
}
