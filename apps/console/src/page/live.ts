import { useEffect, useRef, useState } from "preact/hooks";
import type { LiveEvents, LiveFigures, PipelineAnswer } from "../api.ts";
import { ask } from "./ask.ts";
import { sampleAt } from "./series.ts";

/** The figures of one moment. */
export interface Sample {
  readonly atMs: number;
  readonly hops: LiveFigures["hops"];
}

export interface Live {
  readonly pipeline: PipelineAnswer | undefined;
  /** The newest figures last: one a second, of the last minute; or one a step. */
  readonly samples: readonly Sample[];
  readonly isConnected: boolean;
  readonly error: string | undefined;
}

const KEPT_SAMPLES = 60;

/**
 * Follows the pipeline: figures each second, and events for a page that shows them. It lets go while the page is
 * hidden, and takes hold again when it is seen.
 */
export function useLive(onEvents: ((events: LiveEvents) => void) | undefined): Live {
  const [live, setLive] = useState<Live>({ pipeline: undefined, samples: [], isConnected: false, error: undefined });
  const [isVisible, setVisible] = useState(!document.hidden);
  const listener = useRef(onEvents);
  listener.current = onEvents;
  const hasEvents = onEvents !== undefined;

  useEffect(() => {
    const look = (): void => setVisible(!document.hidden);
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);

  useEffect(() => {
    if (!isVisible) return undefined;
    let isOver = false;
    const load = (): void => {
      ask<PipelineAnswer>("api/pipeline").then(
        (pipeline) =>
          isOver ||
          setLive((last) => ({
            ...last,
            pipeline,
            // Figures that come in steps have their rate from the step before.
            samples:
              pipeline.description.stepMs !== undefined && last.samples.length === 0
                ? [-2, -1].map((index) => sampleAt(pipeline.history, index, pipeline.hops))
                : last.samples,
            error: undefined,
          })),
        (error: unknown) => isOver || setLive((last) => ({ ...last, error: (error as Error).message })),
      );
    };
    load();
    // The hour of figures is read again now and then: samples of a page that was hidden have a gap.
    const timer = window.setInterval(load, 30_000);
    return () => {
      isOver = true;
      window.clearInterval(timer);
    };
  }, [isVisible]);

  useEffect(() => {
    if (!isVisible) return undefined;
    const stream = new EventSource(hasEvents ? "api/live?events=1" : "api/live");
    stream.onopen = () => setLive((last) => ({ ...last, isConnected: true, error: undefined }));
    stream.onerror = () => setLive((last) => ({ ...last, isConnected: false }));
    stream.addEventListener("figures", ({ data }: MessageEvent<string>) => {
      const { nowMs, atMs, hops, changes, alarms } = JSON.parse(data) as LiveFigures;
      setLive((last) => ({
        isConnected: true,
        error: undefined,
        pipeline: last.pipeline === undefined ? undefined : { ...last.pipeline, nowMs, hops, changes, alarms },
        samples:
          atMs === last.samples.at(-1)?.atMs ? last.samples : [...last.samples, { atMs, hops }].slice(-KEPT_SAMPLES),
      }));
    });
    stream.addEventListener("events", ({ data }: MessageEvent<string>) => {
      listener.current?.(JSON.parse(data) as LiveEvents);
    });
    return () => stream.close();
  }, [isVisible, hasEvents]);

  return live;
}
