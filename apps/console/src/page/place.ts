import { useEffect, useState } from "preact/hooks";

/** The reader's place: a page, and its selection. It stands in the address, so that it can be sent and gone back to. */
export interface Place {
  readonly page: string;
  readonly params: URLSearchParams;
}

export function readPlace(): Place {
  const [page = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?", 2);
  return { page: page === "" ? "pipeline" : page, params: new URLSearchParams(query) };
}

/** The address of a page, for a link. */
export function addressOf(page: string, params: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams(params).toString();
  return `#/${page}${query === "" ? "" : `?${query}`}`;
}

export function goTo(page: string, params: Readonly<Record<string, string>> = {}): void {
  location.hash = addressOf(page, params);
}

/** Changes what the page shows without a step to go back to. */
export function replacePlace(page: string, params: Readonly<Record<string, string>>): void {
  history.replaceState(null, "", addressOf(page, params));
  window.dispatchEvent(new HashChangeEvent("hashchange"));
}

export function usePlace(): Place {
  const [place, setPlace] = useState(readPlace);
  useEffect(() => {
    const read = (): void => setPlace(readPlace());
    window.addEventListener("hashchange", read);
    return () => window.removeEventListener("hashchange", read);
  }, []);
  return place;
}
