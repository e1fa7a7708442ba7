package consumers;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.Consumer;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEvent;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEventStream;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponseHandler;
import software.amazon.kinesis.common.ConfigsBuilder;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.common.KinesisClientUtil;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.metrics.MetricsLevel;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.processor.SingleStreamTracker;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.polling.PollingConfig;

/**
 * Counts the records of a stream with a client of AWS as it comes, its endpoint from the environment alone:
 * `sdk-polling`, `sdk-fan-out`, `kcl-polling`, `kcl-fan-out`. Ends when as many as expected have come, and prints
 * records, lines and distinct sequence numbers.
 */
public final class CountStream {
    private static final Set<String> SEEN = ConcurrentHashMap.newKeySet();
    private static final Set<String> LINES = ConcurrentHashMap.newKeySet();

    public static void main(String[] args) throws Exception {
        String mode = args[0];
        String stream = args[1];
        long expected = Long.parseLong(args[2]);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.parseLong(args[3]));
        Runnable stop =
                switch (mode) {
                    case "sdk-polling" -> pollWithSdk(stream);
                    case "sdk-fan-out" -> subscribeWithSdk(stream);
                    case "kcl-polling" -> runKcl(stream, true);
                    case "kcl-fan-out" -> runKcl(stream, false);
                    default -> throw new IllegalArgumentException("Unknown mode " + mode);
                };
        while (SEEN.size() < expected && System.nanoTime() < deadline) Thread.sleep(100);
        // What comes twice or too much comes within a moment.
        Thread.sleep(500);
        System.out.printf("%s records=%d lines=%d%n", mode, SEEN.size(), LINES.size());
        stop.run();
        System.exit(SEEN.size() == expected ? 0 : 1);
    }

    private static void take(String shardId, String sequenceNumber, String text) {
        if (!SEEN.add(shardId + "/" + sequenceNumber)) return;
        int line = 0;
        for (String part : text.split("\n")) {
            if (!part.isEmpty()) LINES.add(shardId + "/" + sequenceNumber + "/" + line++);
        }
    }

    private static Runnable pollWithSdk(String stream) {
        KinesisClient client = KinesisClient.create();
        for (Shard shard : client.listShards(request -> request.streamName(stream)).shards()) {
            String next =
                    client.getShardIterator(
                                    request ->
                                            request.streamName(stream)
                                                    .shardId(shard.shardId())
                                                    .shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                            .shardIterator();
            for (boolean isBehind = true; next != null && isBehind; ) {
                String iterator = next;
                var answer = client.getRecords(request -> request.shardIterator(iterator));
                answer.records()
                        .forEach(
                                record ->
                                        take(
                                                shard.shardId(),
                                                record.sequenceNumber(),
                                                record.data().asUtf8String()));
                next = answer.nextShardIterator();
                isBehind = answer.millisBehindLatest() > 0;
            }
        }
        return client::close;
    }

    private static Runnable subscribeWithSdk(String stream) throws Exception {
        KinesisAsyncClient client = KinesisAsyncClient.create();
        String streamArn =
                client.describeStreamSummary(request -> request.streamName(stream))
                        .get()
                        .streamDescriptionSummary()
                        .streamARN();
        Consumer consumer =
                client.registerStreamConsumer(
                                request -> request.streamARN(streamArn).consumerName("java-sdk"))
                        .get()
                        .consumer();
        for (Shard shard : client.listShards(request -> request.streamName(stream)).get().shards()) {
            SubscribeToShardResponseHandler handler =
                    SubscribeToShardResponseHandler.builder()
                            .onError(error -> error.printStackTrace())
                            .subscriber((SubscribeToShardEventStream event) -> takeEvent(shard.shardId(), event))
                            .build();
            CompletableFuture<Void> subscription =
                    client.subscribeToShard(
                            request ->
                                    request.consumerARN(consumer.consumerARN())
                                            .shardId(shard.shardId())
                                            .startingPosition(position -> position.type(ShardIteratorType.TRIM_HORIZON)),
                            handler);
            subscription.exceptionally(
                    error -> {
                        error.printStackTrace();
                        return null;
                    });
        }
        return () ->
                client.deregisterStreamConsumer(request -> request.consumerARN(consumer.consumerARN())).join();
    }

    private static void takeEvent(String shardId, SubscribeToShardEventStream event) {
        if (event instanceof SubscribeToShardEvent pushed) {
            pushed.records()
                    .forEach(record -> take(shardId, record.sequenceNumber(), record.data().asUtf8String()));
        }
    }

    private static Runnable runKcl(String stream, boolean isPolling) {
        KinesisAsyncClient kinesis = KinesisClientUtil.createKinesisAsyncClient(KinesisAsyncClient.builder());
        DynamoDbAsyncClient dynamo = DynamoDbAsyncClient.create();
        CloudWatchAsyncClient cloudWatch = CloudWatchAsyncClient.create();
        String application = "count-" + (isPolling ? "polling" : "fan-out") + "-" + ProcessHandle.current().pid();
        SingleStreamTracker tracker =
                new SingleStreamTracker(
                        stream,
                        InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.TRIM_HORIZON));
        ConfigsBuilder configs =
                new ConfigsBuilder(
                        tracker, application, kinesis, dynamo, cloudWatch, "worker", CountingProcessor::new);
        // Fan-out is what KCL does when nobody asks for anything else.
        var retrieval = configs.retrievalConfig();
        if (isPolling) retrieval = retrieval.retrievalSpecificConfig(new PollingConfig(stream, kinesis));
        Scheduler scheduler =
                new Scheduler(
                        configs.checkpointConfig(),
                        configs.coordinatorConfig(),
                        // After the leases are made the first worker rests that long, a minute by default.
                        configs.leaseManagementConfig().shardSyncIntervalMillis(1_000),
                        configs.lifecycleConfig(),
                        // There is no CloudWatch on a laptop.
                        configs.metricsConfig().metricsLevel(MetricsLevel.NONE),
                        configs.processorConfig(),
                        retrieval);
        Thread thread = new Thread(scheduler, "kcl");
        thread.setDaemon(true);
        thread.start();
        return () -> {};
    }

    /** Takes every record, and checkpoints. */
    private static final class CountingProcessor implements ShardRecordProcessor {
        private String shardId;

        @Override
        public void initialize(InitializationInput input) {
            shardId = input.shardId();
        }

        @Override
        public void processRecords(ProcessRecordsInput input) {
            for (KinesisClientRecord record : input.records()) {
                take(shardId, record.sequenceNumber(), StandardCharsets.UTF_8.decode(record.data()).toString());
            }
            try {
                if (!input.records().isEmpty()) input.checkpointer().checkpoint();
            } catch (Exception error) {
                error.printStackTrace();
            }
        }

        @Override
        public void leaseLost(LeaseLostInput input) {}

        @Override
        public void shardEnded(ShardEndedInput input) {
            try {
                input.checkpointer().checkpoint();
            } catch (Exception error) {
                error.printStackTrace();
            }
        }

        @Override
        public void shutdownRequested(ShutdownRequestedInput input) {}
    }
}
