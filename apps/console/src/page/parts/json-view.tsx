import { useState } from "preact/hooks";

/** The reason why a place stands out. */
export type Mark = "masked" | "added" | "dropped";

export interface JsonViewProps {
  readonly value: unknown;
  /** By JSON Pointer. A mark holds for everything below it. */
  readonly marks?: ReadonlyMap<string, Mark>;
  /** Places that are not there and are shown as missing, by the pointer of their parent. */
  readonly missing?: ReadonlyMap<string, readonly string[]>;
  /** Levels that are open at first. */
  readonly openLevels?: number;
}

const shownChildren = 100;
const shownText = 400;
const deepest = 60;

const marked: Readonly<Record<Mark, string>> = { masked: "masked", added: "added", dropped: "not cleared" };

/** JSON as a tree. Its texts are text, whatever they hold; what is long, wide or deep is cut, and says so. */
export function JsonView({ value, marks = new Map(), missing = new Map(), openLevels = 3 }: JsonViewProps) {
  return (
    <div class="json">
      <Node name={undefined} value={value} path="" level={0} marks={marks} missing={missing} openLevels={openLevels} />
    </div>
  );
}

interface NodeProps extends Required<JsonViewProps> {
  readonly name: string | undefined;
  readonly path: string;
  readonly level: number;
}

function Node(props: NodeProps) {
  const { name, value, path, level, marks, missing, openLevels } = props;
  const mark = marks.get(path);
  const [isOpen, setOpen] = useState(level < openLevels || mark !== undefined);
  const [count, setCount] = useState(shownChildren);
  const label =
    name === undefined ? null : (
      <span class={mark === "dropped" ? "json-key is-gone" : "json-key"}>{visible(name)}</span>
    );
  const sign = mark === undefined ? null : <span class={`mark is-${mark}`}>{marked[mark]}</span>;
  if (typeof value !== "object" || value === null) {
    return (
      <div class={lineClass(mark)}>
        {label}
        <Scalar value={value} />
        {sign}
      </div>
    );
  }
  const entries = Object.entries(value as Readonly<Record<string, unknown>>);
  const gone = missing.get(path) ?? [];
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  const isTooDeep = level >= deepest;
  const children = isOpen && !isTooDeep ? entries.slice(0, count) : [];
  return (
    <div class={mark === undefined ? "json-branch" : `json-branch is-${mark}`}>
      <button type="button" class="json-line json-toggle" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {label}
        <span class="json-fold">
          {isOpen ? open : `${open} ${entries.length} ${entries.length === 1 ? "entry" : "entries"} ${close}`}
        </span>
        {sign}
      </button>
      {isOpen && isTooDeep ? <div class="json-more">deeper than {deepest} levels: not shown</div> : null}
      {children.length === 0 && gone.length === 0 ? null : (
        <div class="json-children">
          {children.map(([key, child]) => (
            <Node
              key={key}
              {...props}
              name={key}
              value={child}
              path={`${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`}
              level={level + 1}
            />
          ))}
          {isOpen ? gone.map((key) => <Gone key={key} name={key} />) : null}
        </div>
      )}
      {isOpen && entries.length > count ? (
        <button type="button" class="json-more" onClick={() => setCount(count + shownChildren * 5)}>
          {entries.length - count} more
        </button>
      ) : null}
      {isOpen ? <div class="json-fold">{close}</div> : null}
    </div>
  );
}

const Gone = ({ name }: { readonly name: string }) => (
  <div class="json-line">
    <span class="json-key is-gone">{visible(name)}</span>
    <span class="mark is-dropped">left out</span>
  </div>
);

const lineClass = (mark: Mark | undefined): string => `json-line${mark === undefined ? "" : ` is-${mark}`}`;

function Scalar({ value }: { readonly value: unknown }) {
  const [isWhole, setWhole] = useState(false);
  if (typeof value !== "string")
    return <span class={`json-${value === null ? "null" : typeof value}`}>{String(value)}</span>;
  const isCut = value.length > shownText && !isWhole;
  return (
    <span class="json-string">
      "{visible(isCut ? value.slice(0, shownText) : value)}"
      {isCut ? (
        <button type="button" class="json-more" onClick={() => setWhole(true)}>
          {value.length - shownText} more characters
        </button>
      ) : null}
    </span>
  );
}

/** The value of a JSON text; a text that is none as it is. */
export function parseJsonText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/**
 * A text with what would not be seen, or would change the text around it, written out: control characters, marks of
 * writing direction, zero-width characters and lone surrogates.
 */
export function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
