/** A source record took more time to process than it has. */
export class RecordTimeError extends Error {
  override readonly name = "RecordTimeError";
  readonly code = "STREAM_HANDLER_RECORD_TIME";
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(
      `Processing the record took more than ${timeoutMs} ms. Split it into smaller records, or raise \`recordTimeoutMs\`.`,
    );
    this.timeoutMs = timeoutMs;
  }
}
