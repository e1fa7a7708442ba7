import { pointerStep } from "@millrace/schema-graph";

interface Frame {
  pointer: string;
  /** The names so far; an array has none. */
  names: Set<string> | undefined;
  step: string | number;
  isNameNext: boolean;
}

const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]/gs;

/** Returns JSON Pointers of the names that come again in their object. `JSON.parse` keeps the last in silence. */
export function repeatedKeys(json: string): string[] {
  const repeated: string[] = [];
  const frames: Frame[] = [];
  for (const [token] of json.matchAll(tokens)) {
    const frame = frames.at(-1);
    if (token === "{" || token === "[") {
      const pointer = frame === undefined ? "" : frame.pointer + pointerStep(frame.step);
      frames.push({ pointer, names: token === "{" ? new Set() : undefined, step: 0, isNameNext: true });
    } else if (token === "}" || token === "]") frames.pop();
    else if (frame === undefined || token === ":") continue;
    else if (token === ",") {
      frame.isNameNext = true;
      if (typeof frame.step === "number") frame.step += 1;
    } else if (frame.names !== undefined && frame.isNameNext) {
      const name = JSON.parse(token) as string;
      frame.step = name;
      frame.isNameNext = false;
      if (frame.names.has(name)) repeated.push(frame.pointer + pointerStep(name));
      frame.names.add(name);
    }
  }
  return repeated;
}
