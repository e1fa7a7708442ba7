import { type AddressInfo, createServer } from "node:net";
import { RuntimeError } from "../errors.ts";

/**
 * The port that a service will have: the wanted one if nobody listens there, any free one for 0.
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
