import { type Clock, systemClock } from "./clock.ts";
import { describeError } from "./describe-error.ts";
import type { LogField } from "./field-names.ts";
import { MAX_KEYS_PER_BREAKDOWN, MAX_LOG_TEXT_LENGTH } from "./limits.ts";
import { type WriteLine, writeToStdout } from "./write-line.ts";

/** From most to least talkative. */
export const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

/** Value of a field; counts by a key are a map. A field that is `undefined` is left out. */
export type LogValue = string | number | boolean | ReadonlyMap<string, number> | undefined;

/** The fields a caller may add to a line; an `error` is described without quoting events. */
export type LogFields = Readonly<
  Partial<Record<Exclude<LogField, "level" | "time" | "message" | "error">, LogValue>> & { error?: unknown }
>;

/** Writes structured lines. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export interface LoggerOptions {
  /** Lines below this level are not written. Default `info`. */
  readonly level?: LogLevel;
  /** Fields of every line. */
  readonly base?: LogFields;
  readonly clock?: Clock;
  /** Default: standard output. */
  readonly write?: WriteLine;
}

/**
 * A logger of one JSON object per line.
 *
 * @example
 * ```ts
 * createLogger({ base: { service: "enrichment" } }).warn("Batch cut short", { remainingMs: 900 });
 * // {"level":"warn","time":"…","message":"Batch cut short","service":"enrichment","remainingMs":900}
 * ```
 */
export function createLogger(options: LoggerOptions = {}): Logger {
  const { level = "info", base = {}, clock = systemClock, write = writeToStdout } = options;
  const threshold = logLevels.indexOf(level);

  const log = (lineLevel: LogLevel) => {
    if (logLevels.indexOf(lineLevel) < threshold) return () => undefined;
    return (message: string, fields: LogFields = {}): void => {
      const line: Record<string, unknown> = {
        level: lineLevel,
        time: new Date(clock.now()).toISOString(),
        message: message.slice(0, MAX_LOG_TEXT_LENGTH),
      };
      for (const [name, value] of Object.entries({ ...base, ...fields })) {
        if (value !== undefined) line[name] = name === "error" ? describeError(value) : boundValue(value);
      }
      write(JSON.stringify(line));
    };
  };
  return { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") };
}

/** Writes no line, for callers that do not want a log. */
export const noLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

function boundValue(value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].slice(0, MAX_KEYS_PER_BREAKDOWN));
  return typeof value === "string" ? value.slice(0, MAX_LOG_TEXT_LENGTH) : value;
}

/** Reads a `LOG_LEVEL` setting; anything else than a level's name means `info`. */
export function parseLogLevel(text: string | undefined): LogLevel {
  return logLevels.find((level) => level === text) ?? "info";
}
