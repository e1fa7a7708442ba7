/**
 * The console's process. `pnpm start` begins it with the first connection to the console's port and hands it every
 * connection; it ends with the process that began it.
 */
import { join } from "node:path";
import type { Socket } from "node:net";
import { createConsoleServer } from "./server/console-server.ts";
import { builtPage } from "./server/page-files.ts";
import { LocalSource } from "./source/local-source.ts";

const { controlUrl, token, port } = JSON.parse(process.argv[2] ?? "{}") as {
  readonly controlUrl: string;
  readonly token: string;
  readonly port: number;
};

const routesFolder = join(import.meta.dirname, "..", "..", "..", "schemas", "routes");
const source = new LocalSource({ controlUrl, routesFolder });
const server = createConsoleServer({ source, token, port, page: builtPage() });

process.on("message", (_message: "connection", socket: Socket | undefined) => {
  if (socket !== undefined) server.emit("connection", socket);
});
process.once("disconnect", () => process.exit(0));
