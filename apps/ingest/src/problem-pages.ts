import { type ProblemCode, problems } from "./problems.ts";

/** Advice for the sender who gets the problem. */
const actions: Record<ProblemCode, string> = {
  "malformed-request": "Speak HTTP/1.1, with a `Host` header and one length of the body.",
  "request-timeout": "Send headers and body without pauses; the time allowed begins with the connection.",
  "headers-too-large": "Keep the request line and the headers within 16 KiB.",
  "unsupported-expectation": "Send `Expect: 100-continue`, or no expectation.",
  "not-found": "Send events to `POST /v1/events`, or to a path of the protocol that your SDK speaks.",
  "method-not-allowed": "Send events with `POST`.",
  "origin-not-allowed": "Add the page's origin to `CORS_ORIGINS`.",
  "missing-credentials": "`Authorization: Bearer <key>`, or the key as Basic user name.",
  "malformed-credentials": "`Authorization: Bearer <key>`, or the key as Basic user name.",
  "unknown-write-key": "`Authorization: Bearer <key>`, or the key as Basic user name.",
  "revoked-write-key": "`Authorization: Bearer <key>`, or the key as Basic user name.",
  "backend-key-in-url": "Send the key as a header; sign the bytes of the body with a secret of the key, in time.",
  "invalid-signature": "Send the key as a header; sign the bytes of the body with a secret of the key, in time.",
  "adapter-not-enabled": "Add the protocol to the key's `adapters`; link directly.",
  "redirect-refused": "Add the protocol to the key's `adapters`; link directly.",
  "malformed-idempotency-key": "Send 1 to 255 printable ASCII characters.",
  "unsupported-media-type": "See `Accept-Post`, `Accept-Encoding` in the answer; charset UTF-8.",
  "unsupported-content-encoding": "See `Accept-Post`, `Accept-Encoding` in the answer; charset UTF-8.",
  "malformed-content-encoding": "Mend the body; the place is given for JSON.",
  "decompressed-body-too-large": "Split the batch; `limit` says where.",
  "body-too-large": "Split the batch; `limit` says where.",
  "empty-body": "Send an event.",
  "malformed-utf8": "Mend the body; the place is given for JSON.",
  "malformed-json": "Mend the body; the place is given for JSON.",
  "empty-batch": "Send an event.",
  "too-many-events": "Split the batch; `limit` says where.",
  "no-event-accepted": "See `rejected`: each event has its own fault.",
  "event-not-an-object": "An event is a JSON object; in `cloudevents-batch` an array of them.",
  "missing-attribute": '`specversion` "1.0", `source`, `type` are required.',
  "unsupported-specversion": '`specversion` "1.0", `source`, `type` are required.',
  "invalid-attribute-name": "Follow CloudEvents 1.0; anything else belongs into `data`.",
  "invalid-attribute-type": "Follow CloudEvents 1.0; anything else belongs into `data`.",
  "invalid-attribute-value": "Follow CloudEvents 1.0; anything else belongs into `data`.",
  "attribute-too-long": "Keep to `limit`; long values and many of them belong into `data`.",
  "too-many-attributes": "Keep to `limit`; long values and many of them belong into `data`.",
  "duplicate-attribute": "Name each attribute once.",
  "reserved-attribute": "Leave out what the service sets.",
  "unsupported-data": "JSON, in `data` or (as Base64) in `data_base64`, not both.",
  "event-too-deep": "At most 64 levels.",
  "event-too-large": "Make the event smaller than `limit`.",
  "source-not-allowed": "The key's `sources` have to name it.",
  "event-not-storable": "Do not send it again as it is: Kinesis refuses the record that holds it as invalid.",
  "quota-exceeded": "After `Retry-After`, send less at once, or ask for a larger quota.",
  "key-over-share": "After `Retry-After`, send less at once, or ask for a larger quota.",
  overloaded: "After `Retry-After`, send `unconfirmed` again with the ids given.",
  "stream-unavailable": "After `Retry-After`, send `unconfirmed` again with the ids given.",
  "preview-unavailable": "Build the service with its functions, or send the dry run to an instance that has them.",
  "internal-error": "A fault of ours; it may be sent again.",
};

/** True if there is a page for it. */
export function isProblemCode(text: string): text is ProblemCode {
  return Object.hasOwn(problems, text);
}

/** The page behind the `type` of a problem. */
export function renderProblemPage(code: ProblemCode): string {
  const { status, title } = problems[code];
  return renderPage(
    code,
    `<p>${escapeHtml(title)}</p><p>Status ${status}. What to do: ${renderText(actions[code])}</p>` +
      '<p><a href="/v1/problems">All problems</a></p>',
  );
}

/** The list of all problems, by status. */
export function renderProblemList(): string {
  const codes = Object.keys(problems).filter(isProblemCode);
  const sorted = codes.toSorted((a, b) => problems[a].status - problems[b].status || a.localeCompare(b));
  const items = sorted.map(
    (code) =>
      `<li>${problems[code].status} <a href="/v1/problems/${code}">${code}</a>: ${escapeHtml(problems[code].title)}</li>`,
  );
  return renderPage("Problems", `<ul>${items.join("")}</ul>`);
}

function renderPage(title: string, content: string): string {
  return (
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>` +
    `<h1>${title}</h1>${content}</html>\n`
  );
}

function renderText(text: string): string {
  return escapeHtml(text).replaceAll(/`([^`]*)`/g, "<code>$1</code>");
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
