import { type AddressInfo, createServer } from "node:net";
import { RuntimeError } from "../errors.ts";

/**
 * The port that a service will have: the wanted one if it is free, any free one for 0.
 * @throws RuntimeError when the port is taken or not allowed
 */
export function claimablePort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === "EADDRINUSE" ? "is taken by another process" : `cannot be used (${cause.message})`;
      reject(
        new RuntimeError(`Port ${wanted} ${reason}. End what listens there, or give --port <n>, 0 for any free one.`, {
          cause,
        }),
      );
    });
    // Without a host, as the service listens: a listener on one address of the machine is in its way too.
    probe.listen(wanted, () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

const MAX_PORTS = 5;

/**
 * Starts a service on the wanted port, or for 0 on a free one. Between the moment at which a port is found free and
 * that at which the service listens another process can take it: then the next one is tried, five at most.
 *
 * @param isTaken true for an error of a start whose port was taken
 */
export async function startOnPort<T>(
  wanted: number,
  start: (port: number) => Promise<T>,
  isTaken: (error: unknown) => boolean,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const port = wanted === 0 ? await claimablePort(0) : wanted;
    try {
      return await start(port);
    } catch (error) {
      if (wanted !== 0 || attempt === MAX_PORTS || !isTaken(error)) throw error;
    }
  }
}
