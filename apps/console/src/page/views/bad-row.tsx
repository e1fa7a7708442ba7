import { useEffect, useState } from "preact/hooks";
import type { BadRowAnswer } from "../../api.ts";
import { useAnswer } from "../ask.ts";
import { JsonView, parseJsonText, visible } from "../parts/json-view.tsx";
import { Empty, Problem, Status } from "../parts/notes.tsx";

/** A record that our own code could not read, and why. */
export function BadRow({ id }: { readonly id: string }) {
  const [isRawShown, showRaw] = useState(false);
  useEffect(() => showRaw(false), [id]);
  const query = new URLSearchParams({ id, ...(isRawShown ? { raw: "1" } : {}) });
  const { value, error, isLoading } = useAnswer<BadRowAnswer>(`api/bad-row?${query.toString()}`);
  if (value === undefined) return error === undefined ? <Empty title="Reading…" /> : <Problem text={error} />;
  const { row, raw } = value;
  if (row === null) return <Empty title="The stream of bad rows no longer has it." />;
  const { failure = {} } = parseJsonText(row.text) as {
    readonly failure?: { readonly kind?: string; readonly message?: string };
  };
  return (
    <article class="explanation" aria-busy={isLoading}>
      <h2>
        <Status status="bad" /> {visible(failure.kind ?? "")}
      </h2>
      <p class="verdict is-bad">{visible(failure.message ?? "")}</p>
      <Problem text={error} />
      <JsonView value={parseJsonText(row.text)} />
      <h3>Its record on the raw stream</h3>
      {!isRawShown ? (
        <div class="locked">
          <p>The record holds what was sent as it was sent. It is read when you open it, and not before.</p>
          <button type="button" onClick={() => showRaw(true)}>
            Open the record
          </button>
        </div>
      ) : raw === null ? (
        <p class="muted">{isLoading ? "Reading…" : "The raw stream no longer has it."}</p>
      ) : (
        <ul class="plain-list">
          {raw.map(({ index, text }) => (
            <li key={index}>
              <JsonView value={parseJsonText(text)} />
            </li>
          ))}
        </ul>
      )}
    </article>
  );
}
