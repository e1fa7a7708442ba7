import type { ComponentChildren } from "preact";
import type { EventStatus } from "../../api.ts";

const words: Readonly<Record<EventStatus, string>> = {
  valid: "valid",
  invalid: "invalid",
  unknown: "unknown",
  bad: "bad row",
};

/** A verdict: its sign tells it without its colour. */
export const Status = ({ status }: { readonly status: EventStatus }) => (
  <span class={`status is-${status}`}>{words[status]}</span>
);

export const Empty = ({ title, children }: { readonly title: string; readonly children?: ComponentChildren }) => (
  <div class="empty">
    <p class="empty-title">{title}</p>
    {children === undefined ? null : <div class="empty-text">{children}</div>}
  </div>
);

export const Problem = ({ text }: { readonly text: string | undefined }) =>
  text === undefined ? null : (
    <p class="problem" role="alert">
      {text}
    </p>
  );

/** A figure with its name, and what it is measured against. */
export const Figure = (props: {
  readonly name: string;
  readonly value: string;
  readonly unit?: string;
  readonly hint?: string | undefined;
  readonly tone?: "bad" | "warn" | "good" | undefined;
  readonly href?: string | undefined;
}) => {
  const { name, value, unit, hint, tone, href } = props;
  const content = (
    <>
      <span class="figure-name">{name}</span>
      <span class="figure-value">
        {value}
        {unit === undefined ? null : <small> {unit}</small>}
      </span>
      {hint === undefined ? null : <span class="figure-hint">{hint}</span>}
    </>
  );
  const classes = `figure${tone === undefined ? "" : ` is-${tone}`}`;
  return href === undefined ? (
    <div class={classes}>{content}</div>
  ) : (
    <a class={classes} href={href}>
      {content}
    </a>
  );
};
