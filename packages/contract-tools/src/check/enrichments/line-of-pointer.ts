import { pointerStep } from "@millrace/schema-graph";

interface Frame {
  readonly pointer: string;
  readonly isObject: boolean;
  step: string | number;
  isNameNext: boolean;
}

const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:\n]/gs;

/**
 * The line, from 1, on which a pointer's value begins; of a value that is not there, that of what is around it.
 *
 * @param json text that `JSON.parse` takes
 */
export function lineOfPointer(json: string, pointer: string): number {
  const frames: Frame[] = [];
  let line = 1;
  let best = { length: -1, line: 1 };
  const note = (at: string): void => {
    const leads = at === "" || pointer === at || pointer.startsWith(`${at}/`);
    if (leads && at.length > best.length) best = { length: at.length, line };
  };
  note("");
  for (const [token] of json.matchAll(tokens)) {
    const frame = frames.at(-1);
    if (token === "\n") line += 1;
    else if (token === "{" || token === "[") {
      const at = frame === undefined ? "" : frame.pointer + pointerStep(frame.step);
      if (frame?.isObject === false) note(at);
      frames.push({ pointer: at, isObject: token === "{", step: 0, isNameNext: true });
    } else if (token === "}" || token === "]") frames.pop();
    else if (frame === undefined || token === ":") continue;
    else if (token === ",") {
      frame.isNameNext = true;
      if (typeof frame.step === "number") frame.step += 1;
    } else if (frame.isObject && frame.isNameNext) {
      frame.step = JSON.parse(token) as string;
      frame.isNameNext = false;
      note(frame.pointer + pointerStep(frame.step));
    }
  }
  return best.line;
}
