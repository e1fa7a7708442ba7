/** Serves one secret, `bench`, with the text in its argument; prints where. */
import { SecretsManager, startSecretsManagerServer } from "@millrace/aws-simulator";

const secrets = new SecretsManager();
secrets.createSecret({ name: "bench", text: process.argv[2] ?? "" });
console.log((await startSecretsManagerServer(secrets)).url);
