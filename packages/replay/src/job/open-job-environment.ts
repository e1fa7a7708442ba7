import { signedServices } from "@millrace/destinations";
import { createKinesisClient, systemClock as writerClock } from "@millrace/put-records";
import type { EnvironmentPlace } from "@millrace/routes";
import { lakeStore, openS3 } from "@millrace/stored-events";
import { systemClock } from "../clock.ts";
import { readSuppression } from "../erased.ts";
import type { JobEnvironment } from "./work-on-job.ts";

/**
 * Opens the environment of a function that works on a job, with the rights of its own role. It has no privacy keys: it
 * knows events of erased persons by their pseudonyms, and the lake holds no others.
 */
export async function openJobEnvironment(
  place: EnvironmentPlace,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<Omit<JobEnvironment, "holder">> {
  const s3 = await openS3({ region: place.region });
  const kinesis = createKinesisClient({ region: place.region });
  return {
    ...{ place, kinesis, s3, clock: systemClock },
    connections: {
      kinesis: (region) => (region === place.region ? kinesis : createKinesisClient({ region })),
      ...signedServices(variables),
      clock: writerClock,
      random: Math.random,
    },
    store: async () => lakeStore(s3, place.lakeBucket),
    erased: () => readSuppression(s3, place.lakeBucket, async () => []),
  };
}
