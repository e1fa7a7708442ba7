import { type ChildProcess, fork } from "node:child_process";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { repositoryRoot } from "../runtime/folders.ts";
import { keepConsolePlace, readConsolePlace } from "./console-place.ts";

/** The console runs from the sources of its app, by the path of its program. */
const program = join(repositoryRoot, "apps", "console", "src", "main.ts");

/** Settings of the console's process. */
export interface ConsoleSettings {
  readonly controlUrl: string;
  readonly token: string;
  readonly port: number;
}

export interface ConsoleGate {
  /** URL for a browser. It has a token: its holder may see everything. */
  readonly url: string;
  close(): void;
}

/**
 * Listens for the console on a loopback port. The console's process begins with the first connection, so that a start
 * without a viewer costs nothing. It begins again with the next connection after it has ended.
 */
export async function openConsoleGate(options: {
  readonly stateFolder: string;
  readonly controlUrl: string;
  readonly onNotice: (message: string) => void;
}): Promise<ConsoleGate> {
  const { stateFolder, controlUrl, onNotice } = options;
  const { token, port: wanted } = readConsolePlace(stateFolder);
  let child: ChildProcess | undefined;
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    socket.on("error", () => socket.destroy());
    child ??= startConsole({ controlUrl, token, port: portOf(server) }, (how) => {
      child = undefined;
      if (server.listening) onNotice(`The console ended (${how}); the next look at its page starts it again.`);
    });
    handOver(child, socket);
  });
  await listen(server, wanted);
  server.unref();
  const port = portOf(server);
  try {
    keepConsolePlace(stateFolder, { token, port });
  } catch (error) {
    onNotice(`The console has another address at the next start: ${(error as Error).message}.`);
  }
  return {
    url: `http://127.0.0.1:${port}/${token}/`,
    close: () => {
      server.close();
      child?.kill("SIGTERM");
    },
  };
}

function startConsole(settings: ConsoleSettings, onEnd: (how: string) => void): ChildProcess {
  // Detached: Ctrl-C is for the pipeline, which ends the console with itself.
  const child = fork(program, [JSON.stringify(settings)], {
    detached: true,
    execArgv: ["--conditions=@millrace/source"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  child.once("error", (error) => onEnd(error.message));
  child.once("exit", (code, signal) => onEnd(signal === null ? `code ${String(code)}` : `signal ${signal}`));
  return child;
}

function handOver(child: ChildProcess, socket: Socket): void {
  child.send("connection", socket, (error) => {
    if (error !== null) socket.destroy();
  });
}

/** The wanted port, or any free one. */
async function listen(server: Server, wanted: number): Promise<void> {
  const attempt = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", () => {
        server.off("error", reject);
        resolve();
      });
    });
  await attempt(wanted).catch(() => attempt(0));
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
