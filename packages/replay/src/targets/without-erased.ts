import type { Target } from "./target.ts";

/** Puts nothing back of people who were erased after their events were received; such events are counted. */
export function withoutErased(target: Target, isErased: (text: string) => boolean): Target {
  return {
    name: target.name,
    streams: target.streams,
    put: (events) => target.put(events),
    prepare: (event) => (isErased(event.content.text) ? "erased" : target.prepare(event)),
    weigh: (event) => (isErased(event.content.text) ? "erased" : target.weigh(event)),
  };
}
