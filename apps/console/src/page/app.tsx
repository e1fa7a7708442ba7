import type { PipelineDescription } from "@millrace/pipeline-source";
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import { isForPage } from "./keys.ts";
import { addressOf, goTo, usePlace } from "./place.ts";
import { EventBuffer } from "./event-buffer.ts";
import { useLive } from "./live.ts";
import { EventsView } from "./views/events.tsx";
import { ExplainView } from "./views/explain.tsx";
import { ObjectivesView } from "./views/objectives.tsx";
import { PipelineView } from "./views/pipeline.tsx";
import { PlaygroundView } from "./views/playground.tsx";
import { QualityView } from "./views/quality.tsx";
import { RoutesView } from "./views/routes.tsx";

const pages = [
  { name: "pipeline", title: "Pipeline", key: "1" },
  { name: "events", title: "Events", key: "2" },
  { name: "explain", title: "Explain", key: "3" },
  { name: "quality", title: "Quality", key: "4" },
  { name: "routes", title: "Routes", key: "5" },
  { name: "playground", title: "Playground", key: "6" },
  { name: "objectives", title: "Objectives", key: "7" },
] as const;

export function App() {
  const { page, params } = usePlace();
  const buffer = useMemo(() => new EventBuffer(), []);
  const live = useLive(page === "events" ? buffer.take : undefined);
  const [theme, setTheme] = useTheme();
  const firing = live.pipeline?.alarms.filter(({ state }) => state === "ALARM").length ?? 0;

  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (!isForPage(event)) return;
      const chosen = pages.find(({ key }) => key === event.key);
      if (chosen !== undefined) goTo(chosen.name);
      else if (event.key === "/") {
        event.preventDefault();
        document.querySelector<HTMLInputElement>("[data-search]")?.focus();
      }
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);

  useEffect(() => {
    const title = pages.find(({ name }) => name === page)?.title ?? "Console";
    document.title = `${firing > 0 ? `(${firing}) ` : ""}${title} · Millrace`;
  }, [page, firing]);

  // The list draws itself when events come; the figures of each second are not its concern.
  const eventsView = useMemo(() => <EventsView buffer={buffer} params={params} />, [buffer, params]);
  const stage = live.pipeline?.description.stage ?? "";
  const view = () => {
    switch (page) {
      case "events":
        return eventsView;
      case "explain":
        return <ExplainView id={params.get("id") ?? ""} stage={stage} />;
      case "quality":
        return <QualityView />;
      case "routes":
        return <RoutesView live={live} />;
      case "playground":
        return <PlaygroundView id={params.get("id") ?? ""} />;
      case "objectives":
        return <ObjectivesView live={live} />;
      default:
        return <PipelineView live={live} />;
    }
  };
  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => (event.preventDefault(), document.getElementById("main")?.focus())}
      >
        Skip to the content
      </a>
      <header class="top">
        <a class="brand" href={addressOf("pipeline")}>
          <svg viewBox="0 0 24 16" aria-hidden="true">
            <path d="M1 4.5c4-4 6 4 11 0s7 4 11 0M1 11.5c4-4 6 4 11 0s7 4 11 0" />
          </svg>
          Millrace
          <span class="stage">{stage}</span>
        </a>
        <nav aria-label="Pages">
          {pages.map(({ name, title, key }) => (
            <a
              key={name}
              href={addressOf(name)}
              aria-current={page === name ? "page" : undefined}
              title={`${title} (${key})`}
            >
              {title}
              {name === "objectives" && firing > 0 ? <span class="count is-bad">{firing}</span> : null}
            </a>
          ))}
        </nav>
        <Connection isConnected={live.isConnected} error={live.error} />
        <button type="button" class="plain" onClick={() => setTheme(theme === "dark" ? "light" : "dark")}>
          {theme === "dark" ? "Light" : "Dark"}
        </button>
      </header>
      <main id="main" tabIndex={-1} class={`page-${page}`}>
        <Unanswered description={live.pipeline?.description} page={page} />
        {view()}
      </main>
    </>
  );
}

/** Names the figures of a page that the pipeline cannot give: an empty place would read as zero. */
const Unanswered = ({
  description,
  page,
}: {
  readonly description: PipelineDescription | undefined;
  readonly page: string;
}) => (
  <>
    {(description?.unanswered ?? [])
      .filter((each) => each.page === page)
      .map(({ text }) => (
        <p key={text} class="unanswered" role="note">
          {text}
        </p>
      ))}
  </>
);

const Connection = ({ isConnected, error }: { readonly isConnected: boolean; readonly error: string | undefined }) => (
  <span class={`connection${isConnected ? " is-live" : ""}`} role="status" title={error}>
    <i aria-hidden="true" />
    {isConnected ? "live" : "not connected"}
  </span>
);

type Theme = "light" | "dark";

/** As the system has it, until somebody chooses otherwise. */
function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(() => {
    const kept = localStorage.getItem("theme");
    if (kept === "light" || kept === "dark") return kept;
    return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  });
  document.documentElement.dataset["theme"] = theme;
  const choose = useCallback((chosen: Theme) => {
    localStorage.setItem("theme", chosen);
    setTheme(chosen);
  }, []);
  return [theme, choose];
}
