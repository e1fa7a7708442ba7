import { relative } from "node:path";
import { localIdentity } from "../runtime/account.ts";
import type { Pipeline } from "../runtime/pipeline.ts";
import { stateOption } from "./run-file.ts";

const sampleEvent =
  '{"specversion":"1.0","id":"hello-1","source":"https://shop.example/web","type":"search.click","subject":"visitor-1","data":{"context":{"pageUrl":"https://shop.example/search?q=tent","sessionId":"s-1","visitorId":"visitor-1","email":"ada@mail.example"},"queryId":"q-1","query":"tent","productId":"SKU-3002","rank":1}}';

/** Returns the text that `start` prints once everything runs: addresses, credentials, and commands to copy. */
export function greeting(pipeline: Pipeline, urls: { readonly control: string; readonly console: string }): string {
  const { topology, service, services, folders, resumed, kinesisUrl, s3Url, secretsUrl } = pipeline;
  const { region, accountId } = localIdentity;
  const state = stateOption(folders.root);
  return `
  Console   ${urls.console}
            the pipeline as a page: events, explanations, alarms. Whoever has this address sees everything.

Millrace runs: ${topology.streams.length} streams, ${topology.functions.length} functions, ${topology.views.length} views, from one stack.
${
  resumed === undefined
    ? "It begins anew."
    : `It goes on with ${resumed.records} records, the oldest from ${new Date(resumed.oldestArrivalMs).toISOString()}; --fresh begins anew.`
}

  Events    ${service.url}/v1/events
  Write key ${topology.writeKey}
  State     ${relative(process.cwd(), folders.root) || "."}/: logs, streams, s3, warehouse.duckdb
  Kinesis   ${kinesisUrl} (any AWS SDK or command line, as its endpoint)
  S3        ${s3Url}
  Others    ${Object.entries(services.endpoints)
    .map(([variable, url]) => `${variable}=${url}`)
    .join(" ")}
  Secrets   ${secretsUrl} (put another value there: keys rotate)
  Account   ${accountId} in ${region}; any access key will do
  Control   ${urls.control}

Try:
  curl -i ${service.url}/v1/events \\
    -H 'authorization: Bearer ${topology.writeKey}' -H 'content-type: application/json' \\
    -d '${sampleEvent}'
  npx -y pnpm@10.34.9 tail${state} recommendations
  npx -y pnpm@10.34.9 warehouse${state} "SELECT validation_status, record FROM events WHERE id = 'hello-1'"
  npx -y pnpm@10.34.9 warehouse${state} --export copy.duckdb   # for other tools: this process has the original open
  AWS_ENDPOINT_URL=${kinesisUrl} AWS_REGION=${region} AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local \\
    aws kinesis list-streams

Ctrl-C drains: what was accepted reaches the warehouse.
`;
}
