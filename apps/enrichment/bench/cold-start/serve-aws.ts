/**
 * Serves one secret, `bench`, with the text in its argument, and the streams that the function writes to; prints where,
 * as the environment of a function.
 */
import {
  Kinesis,
  SecretsManager,
  startKinesisServer,
  startSecretsManagerServer,
  systemClock,
} from "@millrace/aws-simulator";

const secrets = new SecretsManager();
secrets.createSecret({ name: "bench", text: process.argv[2] ?? "" });
const kinesis = new Kinesis({ clock: systemClock });
for (const streamName of ["enriched", "bad-rows"]) kinesis.createStream({ streamName, shardCount: 1 });
const [secretsServer, kinesisServer] = await Promise.all([
  startSecretsManagerServer(secrets),
  startKinesisServer(kinesis),
]);
console.log(
  JSON.stringify({
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsServer.url,
    AWS_ENDPOINT_URL_KINESIS: kinesisServer.url,
  }),
);
