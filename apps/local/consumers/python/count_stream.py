"""Reads a stream whole with boto3, each record by Powertools' data_as_json(), its endpoint from the environment alone.

Prints records and distinct identities; a record that is not one JSON document ends it with code 1.
"""

import base64
import sys

import boto3
from aws_lambda_powertools.utilities.data_classes.kinesis_stream_event import KinesisStreamRecord


def read_shard(kinesis, stream, shard_id):
    iterator = kinesis.get_shard_iterator(
        StreamName=stream, ShardId=shard_id, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    while iterator is not None:
        answer = kinesis.get_records(ShardIterator=iterator)
        yield from answer["Records"]
        if answer["MillisBehindLatest"] == 0:
            return
        iterator = answer.get("NextShardIterator")


def as_lambda_gets_it(record):
    """The record in the form in which Lambda hands it to a function."""
    kinesis = {
        "data": base64.b64encode(record["Data"]).decode(),
        "partitionKey": record["PartitionKey"],
        "sequenceNumber": record["SequenceNumber"],
        "approximateArrivalTimestamp": record["ApproximateArrivalTimestamp"].timestamp(),
    }
    return KinesisStreamRecord({"kinesis": kinesis})


def main(stream):
    kinesis = boto3.client("kinesis")
    records, unreadable, identities = 0, 0, set()
    for shard in kinesis.list_shards(StreamName=stream)["Shards"]:
        for record in read_shard(kinesis, stream, shard["ShardId"]):
            records += 1
            try:
                event = as_lambda_gets_it(record).kinesis.data_as_json()["event"]
                identities.add((event["source"], event["id"]))
            except ValueError:
                unreadable += 1
    print(f"powertools records={records} events={len(identities)} unreadable={unreadable}")
    return 1 if unreadable else 0


sys.exit(main(sys.argv[1]))
