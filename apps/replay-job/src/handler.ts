import { openJobEnvironment } from "@millrace/replay";
import type { EnvironmentPlace } from "@millrace/routes";
import { createJobHandler } from "./create-job-handler.ts";

const place = JSON.parse(process.env["PLACE"] ?? "") as EnvironmentPlace;
const environment = openJobEnvironment(place, process.env);

/** Entry point of the function. */
export const handler = createJobHandler(() => environment);
