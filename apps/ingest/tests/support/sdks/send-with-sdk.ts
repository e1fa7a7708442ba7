import { nodeSdks } from "./node-sdks.ts";

/** `node send-with-sdk.ts <name> <url> <write key> <app id>`: a process of its own, as an application is. */
const [name = "", url = "", writeKey = "", appId = ""] = process.argv.slice(2);
const sdk = nodeSdks.find((candidate) => candidate.name === name);
if (sdk === undefined) throw new Error(`There is no SDK ${name}.`);
await sdk.send({ url, writeKey, appId });
