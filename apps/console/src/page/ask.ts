import { useEffect, useState } from "preact/hooks";

/** An answer that is none: the words are the console's own and tell what to do. */
export class AskError extends Error {
  override readonly name = "AskError";
}

/** Asks the console. Addresses are relative to the folder that the token is. */
export async function ask<T>(path: string, options: RequestInit = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, options);
  } catch (cause) {
    if (options.signal?.aborted === true) throw cause;
    throw new AskError("The console does not answer. Is `pnpm start` still running?", { cause });
  }
  const text = await response.text();
  if (response.ok) return JSON.parse(text) as T;
  throw new AskError(detailOf(text) ?? `The console answered ${response.status}.`);
}

function detailOf(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { readonly detail?: string }).detail;
  } catch {
    return undefined;
  }
}

export interface Answer<T> {
  readonly value: T | undefined;
  readonly error: string | undefined;
  readonly isLoading: boolean;
}

/** Asks again whenever the path changes, and every so often; an old answer stays until the next one is there. */
export function useAnswer<T>(path: string | undefined, everyMs?: number): Answer<T> {
  const [answer, setAnswer] = useState<Answer<T> & { readonly path?: string | undefined }>(none);
  useEffect(() => {
    if (path === undefined) {
      setAnswer(none);
      return undefined;
    }
    const gone = new AbortController();
    let timer: number | undefined;
    const load = (): void => {
      setAnswer((last) => ({ ...(last.path === path ? last : none), path, isLoading: true }));
      ask<T>(path, { signal: gone.signal }).then(
        (value) => {
          setAnswer({ path, value, error: undefined, isLoading: false });
          if (everyMs !== undefined) timer = window.setTimeout(load, everyMs);
        },
        (error: unknown) => {
          if (gone.signal.aborted) return;
          setAnswer((last) => ({ ...last, path, error: (error as Error).message, isLoading: false }));
          if (everyMs !== undefined) timer = window.setTimeout(load, everyMs);
        },
      );
    };
    load();
    return () => {
      gone.abort();
      window.clearTimeout(timer);
    };
  }, [path, everyMs]);
  return answer;
}

const none = { value: undefined, error: undefined, isLoading: false } as const;
