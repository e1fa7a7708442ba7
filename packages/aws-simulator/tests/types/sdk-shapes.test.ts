import type * as sdk from "@aws-sdk/client-kinesis";
import { PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { expect, test } from "@jest/globals";
import type * as ours from "../../src/kinesis/api.ts";
import { Kinesis } from "../../src/index.ts";

/** Compiles only when everything `Given` can be is also a `Wanted`. */
type Fits<Given extends Wanted, Wanted> = Given extends Wanted ? true : never;
type Answer<Output> = Omit<Output, "$metadata">;

/** The model takes every input that the SDK sends. */
export type Inputs = [
  Fits<sdk.AddTagsToStreamInput, ours.AddTagsToStreamInput>,
  Fits<sdk.CreateStreamInput, ours.CreateStreamInput>,
  Fits<sdk.DeleteStreamInput, ours.DeleteStreamInput>,
  Fits<sdk.DescribeStreamInput, ours.DescribeStreamInput>,
  Fits<sdk.GetRecordsInput, ours.GetRecordsInput>,
  Fits<sdk.GetShardIteratorInput, ours.GetShardIteratorInput>,
  Fits<sdk.ListShardsInput, ours.ListShardsInput>,
  Fits<sdk.ListStreamsInput, ours.ListStreamsInput>,
  Fits<sdk.ListTagsForStreamInput, ours.ListTagsForStreamInput>,
  Fits<sdk.MergeShardsInput, ours.MergeShardsInput>,
  Fits<sdk.PutRecordInput, ours.PutRecordInput>,
  Fits<sdk.PutRecordsInput, ours.PutRecordsInput>,
  Fits<sdk.RemoveTagsFromStreamInput, ours.RemoveTagsFromStreamInput>,
  Fits<sdk.SplitShardInput, ours.SplitShardInput>,
  Fits<sdk.UpdateMaxRecordSizeInput, ours.UpdateMaxRecordSizeInput>,
  Fits<sdk.UpdateShardCountInput, ours.UpdateShardCountInput>,
  Fits<sdk.UpdateStreamModeInput, ours.UpdateStreamModeInput>,
  Fits<sdk.RegisterStreamConsumerInput, ours.RegisterStreamConsumerInput>,
  Fits<sdk.DescribeStreamConsumerInput, ours.ConsumerReference>,
  Fits<sdk.ListStreamConsumersInput, ours.ListStreamConsumersInput>,
  Fits<sdk.SubscribeToShardInput, ours.SubscribeToShardInput>,
  Fits<sdk.TagResourceInput, ours.TagResourceInput>,
  Fits<sdk.UntagResourceInput, ours.UntagResourceInput>,
  Fits<sdk.StartStreamEncryptionInput, ours.EncryptionInput>,
  Fits<sdk.PutResourcePolicyInput, ours.ResourcePolicyInput>,
  Fits<sdk.EnableEnhancedMonitoringInput, ours.EnhancedMonitoringInput>,
];

/** Users of the SDK can read every answer of the model. */
export type Outputs = [
  Fits<ours.DescribeLimitsOutput, Answer<sdk.DescribeLimitsOutput>>,
  Fits<ours.DescribeStreamOutput, Answer<sdk.DescribeStreamOutput>>,
  Fits<ours.DescribeStreamSummaryOutput, Answer<sdk.DescribeStreamSummaryOutput>>,
  Fits<ours.GetRecordsOutput, Answer<sdk.GetRecordsOutput>>,
  Fits<ours.GetShardIteratorOutput, Answer<sdk.GetShardIteratorOutput>>,
  Fits<ours.ListShardsOutput, Answer<sdk.ListShardsOutput>>,
  Fits<ours.ListStreamsOutput, Answer<sdk.ListStreamsOutput>>,
  Fits<ours.ListTagsForStreamOutput, Answer<sdk.ListTagsForStreamOutput>>,
  Fits<ours.PutRecordOutput, Answer<sdk.PutRecordOutput>>,
  Fits<ours.PutRecordsOutput, Answer<sdk.PutRecordsOutput>>,
  Fits<ours.UpdateShardCountOutput, Answer<sdk.UpdateShardCountOutput>>,
  Fits<ours.RegisterStreamConsumerOutput, Answer<sdk.RegisterStreamConsumerOutput>>,
  Fits<ours.DescribeStreamConsumerOutput, Answer<sdk.DescribeStreamConsumerOutput>>,
  Fits<ours.ListStreamConsumersOutput, Answer<sdk.ListStreamConsumersOutput>>,
  Fits<ours.ListTagsForResourceOutput, Answer<sdk.ListTagsForResourceOutput>>,
  Fits<ours.ResourcePolicyOutput, Answer<sdk.GetResourcePolicyOutput>>,
  Fits<ours.EnhancedMonitoringOutput, Answer<sdk.EnhancedMonitoringOutput>>,
  Fits<Omit<ours.SubscribeToShardEvent, "ContinuationSequenceNumber">, Partial<sdk.SubscribeToShardEvent>>,
];

test("the in-process client gives the output type of the command it was sent", async () => {
  const kinesis = new Kinesis();
  kinesis.createStream({ streamName: "orders" });
  const records = [{ PartitionKey: "a", Data: Buffer.from("x") }];
  const output: sdk.PutRecordsCommandOutput = await kinesis
    .client()
    .send(new PutRecordsCommand({ StreamName: "orders", Records: records }));
  expect(output.FailedRecordCount).toBe(0);
});
