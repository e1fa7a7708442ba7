import { useEffect, useState } from "preact/hooks";
import type { CommandResult, HopFigures } from "@millrace/pipeline-source";
import type { ApplicationFigures, ContractFigures, RouteFigures } from "../../api.ts";
import { ask, useAnswer } from "../ask.ts";
import { findDestination } from "../../routes/find-destination.ts";
import { formatAgo, formatCount, formatDuration, formatRate, formatShare } from "../format.ts";
import type { Live } from "../live.ts";
import { Empty, Problem } from "../parts/notes.tsx";
import { figures, TableHead } from "../parts/table-head.tsx";
import { addressOf } from "../place.ts";
import { countOf } from "../series.ts";

const everyMs = 5_000;

export function RoutesView({ live }: { readonly live: Live }) {
  const { value, error } = useAnswer<readonly ApplicationFigures[]>("api/routes", everyMs);
  return (
    <div class="routes-page">
      <h1>Routes and contracts</h1>
      <Problem text={error} />
      {value === undefined ? <Empty title="Reading the route documents…" /> : null}
      {(value ?? []).map((application) => (
        <Application key={application.application} application={application} live={live} />
      ))}
      <Contracts />
    </div>
  );
}

function Application({
  application: { application, owner, description, clearance, routes },
  live,
}: {
  readonly application: ApplicationFigures;
  readonly live: Live;
}) {
  const hops = live.samples.at(-1)?.hops ?? live.pipeline?.hops ?? [];
  const destinations = [...new Set(routes.map(({ destination }) => destination))];
  const undelivered = destinations.reduce((sum, name) => sum + countOf(findDestination(hops, name), "undelivered"), 0);
  return (
    <section class="application" aria-labelledby={`application-${application}`}>
      <header>
        <h2 id={`application-${application}`}>{application}</h2>
        <span class="muted">owned by {owner}</span>
        {undelivered > 0 ? <span class="badge is-bad">{formatCount(undelivered)} undelivered</span> : null}
      </header>
      <p>{description}</p>
      <p class="muted">{clearance.length === 0 ? "Gets no sensitive field." : `May see: ${clearance.join(", ")}.`}</p>
      <div class="scroll" tabIndex={0} role="region" aria-label={`Routes of ${application}`}>
        <table class="groups">
          <TableHead
            columns={[
              "route",
              "destination",
              "matches",
              figures("copies"),
              figures("p99 from acceptance"),
              figures("last"),
              figures("undelivered"),
              figures("tests"),
            ]}
          />
          <tbody>
            {routes.map((route) => (
              <RouteRow
                key={route.name}
                route={route}
                hop={findDestination(hops, route.destination)}
                nowMs={live.pipeline?.nowMs ?? Date.now()}
              />
            ))}
          </tbody>
        </table>
      </div>
      {undelivered > 0 ? <Redrive application={application} /> : null}
    </section>
  );
}

function RouteRow({
  route,
  hop,
  nowMs,
}: {
  readonly route: RouteFigures;
  readonly hop: HopFigures | undefined;
  readonly nowMs: number;
}) {
  const { flow, unread } = route;
  // A figure that only some copies tell, or none, is not zero.
  const title = unread ?? `of the newest copies at its destination, ${formatCount(flow?.copies ?? 0)} by this route`;
  return (
    <tr>
      <th scope="row">
        {route.name}
        <p class="muted">{route.description}</p>
      </th>
      <td>
        <a href={addressOf("events", { q: `in:${route.destination}` })}>{route.destination}</a>{" "}
        <span class="muted">{route.kind}</span>
        {hop?.exists === false ? <span class="badge is-bad">does not exist</span> : null}
      </td>
      <td>
        <code class="pattern">{JSON.stringify(route.pattern)}</code>
        {route.sample === null ? null : <p class="muted">a sample of {route.sample * 100} %</p>}
      </td>
      <td class="number" title={title}>
        {flow === null ? "–" : `${formatRate(flow.rate)} / s`}
      </td>
      <td class="number" title={title}>
        {flow?.p99Ms == null ? "–" : formatDuration(flow.p99Ms)}
      </td>
      <td class="number">{flow?.lastMs == null ? "–" : formatAgo(flow.lastMs, nowMs)}</td>
      <td class={`number${countOf(hop, "undelivered") > 0 ? " is-bad" : ""}`}>
        {formatCount(countOf(hop, "undelivered"))}
      </td>
      <td class="number">{route.tests}</td>
    </tr>
  );
}

/** The contracts of this checkout. */
function Contracts() {
  const { value, error } = useAnswer<readonly ContractFigures[]>("api/contracts", everyMs * 2);
  return (
    <section aria-labelledby="contracts-title">
      <h2 id="contracts-title">Contracts</h2>
      <Problem text={error} />
      {value === undefined ? (
        <Empty title="Reading the contracts…" />
      ) : (
        <div class="scroll" tabIndex={0} role="region" aria-label="Contracts">
          <table class="groups contracts">
            <TableHead
              columns={[
                "contract",
                "type",
                figures("events"),
                figures("read"),
                figures("invalid"),
                "for",
                figures("tests"),
              ]}
            />
            <tbody>
              {value.map((contract) => (
                <ContractRow key={contract.name} contract={contract} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function ContractRow({ contract }: { readonly contract: ContractFigures }) {
  const { name, type, title, isNewest, examples, rate, events, invalid, applications } = contract;
  return (
    <tr>
      <th scope="row" class="mono" title={contract.description}>
        <a href={addressOf("events", { q: `contract:${name}` })}>{name}</a>
        {isNewest ? " (newest)" : ""}
      </th>
      <td>
        {type} <span class="muted">{title}</span>
      </td>
      <td class="number">{formatRate(rate)} / s</td>
      <td class="number">{formatCount(events)}</td>
      <td class={`number${invalid > 0 ? " is-bad" : ""}`}>
        {invalid === 0 ? "0" : `${formatCount(invalid)} · ${formatShare(invalid, events)}`}
      </td>
      <td>{applications.map(({ application, owner }) => `${application} (${owner})`).join(", ") || "nobody"}</td>
      <td class="number">
        {examples.valid} valid, {examples.invalid} invalid
      </td>
    </tr>
  );
}

/** A dry run first; what it would do is done when it is asked for again. */
function Redrive({ application }: { readonly application: string }) {
  const [state, setState] = useState<{
    readonly isBusy: boolean;
    readonly dry?: CommandResult;
    readonly done?: CommandResult;
    readonly error?: string;
  }>({ isBusy: false });
  useEffect(() => setState({ isBusy: false }), [application]);
  const run = (isDry: boolean): void => {
    setState((last) => ({ ...last, isBusy: true }));
    const query = new URLSearchParams({ application, ...(isDry ? { dry: "1" } : {}) });
    ask<CommandResult>(`api/redrive?${query.toString()}`, { method: "POST" }).then(
      (result) =>
        setState((last) => (isDry ? { isBusy: false, dry: result } : { ...last, isBusy: false, done: result })),
      (error: unknown) => setState((last) => ({ ...last, isBusy: false, error: (error as Error).message })),
    );
  };
  const { isBusy, dry, done, error } = state;
  return (
    <div class="redrive">
      <h3>Redrive</h3>
      <p>
        Puts what waits in the lake back through the present routes, each event once. The same in a terminal:{" "}
        <code>pnpm routes redrive {application} --stage &lt;stage&gt; --dry-run</code>
      </p>
      <button type="button" disabled={isBusy} onClick={() => run(true)}>
        {isBusy ? "Reading…" : "Dry run"}
      </button>
      {dry === undefined ? null : (
        <>
          <pre tabIndex={0}>{dry.output}</pre>
          {done === undefined ? (
            <button type="button" class="is-strong" disabled={isBusy || dry.code !== 0} onClick={() => run(false)}>
              Redrive {application}
            </button>
          ) : (
            <pre tabIndex={0} class={done.code === 0 ? "is-good" : "is-bad"}>
              {done.output}
            </pre>
          )}
        </>
      )}
      <Problem text={error} />
    </div>
  );
}
