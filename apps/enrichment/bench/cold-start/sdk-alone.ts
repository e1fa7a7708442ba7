import { KinesisClient, PutRecordsCommand } from "@aws-sdk/client-kinesis";

const client = new KinesisClient({});

export const handler = async (): Promise<object> => ({ client: typeof client.send, command: PutRecordsCommand.name });
