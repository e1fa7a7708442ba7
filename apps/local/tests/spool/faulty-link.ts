import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A way to a server that can be interrupted. */
export interface FaultyLink {
  readonly url: string;
  /** Connections stay open, and nothing passes in either direction: answers under way are lost. */
  interrupt(): void;
  /** Ends the connections of the interruption; new ones pass again. */
  restore(): void;
  close(): void;
}

/** Listens on a free loopback port and passes bytes to and from `target`. */
export async function openFaultyLink(target: string): Promise<FaultyLink> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let isInterrupted = false;
  const hold = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
    if (isInterrupted) socket.pause();
  };
  const server = createServer((near) => {
    hold(near);
    const far = connect(Number(port), hostname);
    hold(far);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on("data", (bytes) => {
        if (!isInterrupted) to.write(bytes);
      });
      from.on("close", () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    interrupt: () => {
      isInterrupted = true;
    },
    restore: () => {
      isInterrupted = false;
      endAll();
    },
    close: () => {
      endAll();
      server.close();
    },
  };
}
