import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import { Ajv2020 } from "ajv/dist/2020.js";
import { fullFormats } from "ajv-formats/dist/formats.js";
import type { Context, KinesisStreamEvent, KinesisStreamRecord } from "aws-lambda";
import Bowser from "bowser";
import { isbot } from "isbot";
import { Reader, type Response } from "mmdb-lib";

/**
 * The same work in the usual form of such functions: Powertools' batch processor, Ajv at run time (compiled once),
 * libraries called again for every event, the event copied with its additions.
 */
export function createUsualBuild(
  schemasFolder: string,
  countryDatabase: Uint8Array,
  write: (line: Uint8Array) => void,
) {
  const read = (path: string) => JSON.parse(readFileSync(join(schemasFolder, path), "utf8")) as object;
  const ajv = new Ajv2020({ allErrors: true, formats: fullFormats, strict: false });
  ajv.addSchema(read("shared/context/1-0-0.json"));
  const validate = ajv.compile(read("events/search/click/1-0-0.json"));
  const reader = new Reader<Response>(Buffer.from(countryDatabase));
  const processor = new BatchProcessor(EventType.KinesisDataStreams);

  const recordHandler = async (record: KinesisStreamRecord): Promise<void> => {
    // oxlint-disable-next-line typescript/no-explicit-any -- as such code is
    const event: any = JSON.parse(Buffer.from(record.kinesis.data, "base64").toString("utf8"));
    const isValid = validate(event.data);
    const { context } = event.data;
    const page = new URL(context.pageUrl as string);
    const referrer = context.referrerUrl === undefined ? undefined : new URL(context.referrerUrl as string);
    const hash = (text: string) => createHmac("sha256", "secret").update(text).digest("hex");
    const enriched = {
      event: {
        ...event,
        clientip: String(event.clientip).replace(/\.\d+$/u, ".0"),
        data: {
          ...event.data,
          context: {
            ...context,
            ...(context.userId === undefined ? {} : { userId: hash(String(context.userId)) }),
            ...(context.email === undefined ? {} : { email: hash(String(context.email)) }),
          },
        },
      },
      enrichment: {
        geo: reader.get(event.clientip as string),
        userAgent: Bowser.parse(event.useragent as string),
        bot: { isBot: isbot(event.useragent as string) },
        page: { scheme: page.protocol, host: page.hostname, path: page.pathname },
        campaign: Object.fromEntries([...page.searchParams].filter(([name]) => name.startsWith("utm_"))),
        referrer: { host: referrer?.hostname },
        clock: {
          derivedTime: new Date(
            Math.min(Date.parse(event.time as string), Date.parse(event.receivedat as string)),
          ).toISOString(),
        },
      },
      validation: { status: isValid ? "valid" : "invalid", errors: validate.errors ?? [] },
      processing: { enrichment: { name: "enrichment", version: "1.0.0", at: new Date().toISOString() } },
    };
    write(Buffer.from(`${JSON.stringify(enriched)}\n`));
  };

  return (event: KinesisStreamEvent) =>
    processPartialResponse(event, recordHandler, processor, { context: {} as Context });
}
