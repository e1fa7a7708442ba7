// Preloaded into the commands of the drill (NODE_OPTIONS): they ask its name server as they would ask the Internet's.
// Its address is the query of this module's own, because a task runner passes no unknown variable on.
import { setServers } from "node:dns";

setServers([new URL(import.meta.url).search.slice(1)]);
