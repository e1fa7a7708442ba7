import { createServer } from "node:net";
import { afterEach, expect, test } from "@jest/globals";
import { startOnPort } from "../../src/runtime/port.ts";

const taken = new Error("taken");
const isTaken = (error: unknown): boolean => error === taken;
const listening: { close(): unknown }[] = [];
afterEach(() => listening.splice(0).forEach((server) => server.close()));

/** Listens on a port, as a service does. */
function listen(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    listening.push(server);
    server.once("error", () => reject(taken)).listen(port, () => resolve(port));
  });
}

test("a free port that another process takes before the service listens is given up for the next", async () => {
  const tried: number[] = [];
  const port = await startOnPort(
    0,
    async (candidate) => {
      if (tried.push(candidate) <= 2) await listen(candidate);
      return listen(candidate);
    },
    isTaken,
  );
  expect(tried).toHaveLength(3);
  expect(port).toBe(tried[2]);
});

test.each([
  ["a wanted port that is taken", 41_234, taken, 1],
  ["another fault of the start", 0, new Error("broken"), 1],
  ["a fifth free port that is taken", 0, taken, 5],
])("%s ends the start with its error", async (_, wanted, error, attempts) => {
  let starts = 0;
  const start = (): Promise<never> => {
    starts += 1;
    return Promise.reject(error);
  };
  await expect(startOnPort(wanted, start, isTaken)).rejects.toBe(error);
  expect(starts).toBe(attempts);
});
