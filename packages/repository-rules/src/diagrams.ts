import type { Document, Fault } from "./document.ts";

interface Diagram {
  readonly lines: readonly string[];
  /** Of its first line, from one. */
  readonly line: number;
}

type Grammar = readonly RegExp[];

const NAME = String.raw`[A-Za-z][\w]*`;
const TEXT = String.raw`[^\n;#]+`;

/**
 * The lines of each kind of diagram that this repository uses: a part of Mermaid that every version renders. `#` and
 * `;` in a text would end it.
 */
const GRAMMARS: Readonly<Record<string, Grammar>> = {
  "stateDiagram-v2": [
    new RegExp(`^(?:\\[\\*\\]|${NAME}) --> (?:\\[\\*\\]|${NAME})(?:: ${TEXT})?$`),
    new RegExp(`^${NAME}: ${TEXT}$`),
  ],
  sequenceDiagram: [
    new RegExp(`^participant ${NAME}(?: as ${TEXT})?$`),
    new RegExp(`^${NAME} ?(?:->>|-->>|-x|--x) ?${NAME}: ${TEXT}$`),
    new RegExp(`^Note (?:over|left of|right of) ${NAME}(?:,${NAME})?: ${TEXT}$`),
    new RegExp(`^(?:alt|else|opt|loop|par|and) ${TEXT}$`),
    /^end$/,
  ],
  "flowchart LR": [
    new RegExp(`^${NAME}(?:\\["[^"]+"\\])?(?: (?:-->|-\\.->)(?:\\|"[^"]+"\\|)? ${NAME}(?:\\["[^"]+"\\])?)*$`),
  ],
};

const OPENS = /^(?:alt|opt|loop|par) /;
const KEYWORDS = /^(?:end|state|class|click|default|note)$/i;

/** Finds Mermaid diagrams that GitHub would not render: unknown kinds, lines outside the grammar, blocks left open. */
export function checkDiagrams(documents: readonly Document[]): readonly Fault[] {
  return documents.flatMap(({ path, text }) =>
    diagramsOf(text).flatMap((diagram) =>
      faultsOf(diagram).map(({ line, message }) => ({ file: path, line, code: "diagram", message })),
    ),
  );
}

function diagramsOf(text: string): readonly Diagram[] {
  return [...text.matchAll(/^```mermaid\n([\s\S]*?)^```$/gm)].map((match) => ({
    lines: (match[1] ?? "").trimEnd().split("\n"),
    line: text.slice(0, match.index).split("\n").length + 1,
  }));
}

function faultsOf({ lines, line: first }: Diagram): readonly Pick<Fault, "line" | "message">[] {
  const [kind = "", ...rest] = lines;
  const grammar = GRAMMARS[kind];
  if (grammar === undefined) {
    return [{ line: first, message: `Expected one of ${Object.keys(GRAMMARS).join(", ")}, got ${kind}.` }];
  }
  let open = 0;
  const faults = rest.flatMap((raw, index) => {
    const text = raw.trim();
    const at = first + 1 + index;
    if (text === "" || text.startsWith("%%")) return [];
    if (!grammar.some((rule) => rule.test(text))) return [{ line: at, message: `No line of a ${kind}: ${text}` }];
    const name = /^(\w+)/.exec(text)?.[1] ?? "";
    if (kind !== "sequenceDiagram" && KEYWORDS.test(name))
      return [{ line: at, message: `${name} is a word of Mermaid.` }];
    if (OPENS.test(text)) open++;
    if (text === "end" && --open < 0) return [{ line: at, message: "There is no block for this end." }];
    return [];
  });
  return open > 0 ? [...faults, { line: first, message: `${open} blocks have no end.` }] : faults;
}
