import { createServer, type IncomingHttpHeaders, request as sendRequest } from "node:http";
import type { AddressInfo } from "node:net";

/** A request for events that came through, preflights aside. */
export interface PassedRequest {
  readonly atMs: number;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly status: number;
}

/** Stands between the page and the service: counts, and answers in its place when told so. */
export interface EventGate {
  readonly url: string;
  readonly requests: PassedRequest[];
  readonly preflights: number;
  /** The next requests get 503 with this `Retry-After`, in seconds. */
  refuse(requests: number, retryAfterSeconds: number): void;
  close(): Promise<void>;
}

export async function startEventGate(serviceUrl: string): Promise<EventGate> {
  const requests: PassedRequest[] = [];
  let refusals = 0;
  let retryAfter = 0;
  let preflights = 0;
  const server = createServer((request, response) => {
    const { method, url = "/", headers } = request;
    const note = (status: number): void => {
      if (method === "POST") requests.push({ atMs: Date.now(), url, headers, status });
      else if (method === "OPTIONS") preflights += 1;
    };
    if (method === "POST" && refusals > 0) {
      refusals -= 1;
      note(503);
      request.resume().once("end", () => {
        const cors = {
          "access-control-allow-origin": headers.origin ?? "*",
          "access-control-expose-headers": "Retry-After",
        };
        response.writeHead(503, {
          ...cors,
          "retry-after": String(retryAfter),
          "content-type": "application/problem+json",
        });
        response.end(JSON.stringify({ code: "overloaded", detail: "The service holds as many events as it can." }));
      });
      return;
    }
    const onward = sendRequest(new URL(url, serviceUrl), { method, headers }, (answer) => {
      note(answer.statusCode ?? 0);
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => void server.listen(0, resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get preflights() {
      return preflights;
    },
    refuse: (count, seconds) => {
      refusals = count;
      retryAfter = seconds;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
