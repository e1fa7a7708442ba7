/** Snowflake refused a statement or a login; `snowflakeCode` is its own error code, or the HTTP status. */
export class SnowflakeError extends Error {
  readonly code = "SNOWFLAKE_FAILED";
  readonly snowflakeCode: string;
  /** The reason alone, without the statement. */
  readonly reason: string;

  constructor(message: string, snowflakeCode: string, reason: string = message, options?: ErrorOptions) {
    super(message, options);
    this.name = "SnowflakeError";
    this.snowflakeCode = snowflakeCode;
    this.reason = reason;
  }
}
