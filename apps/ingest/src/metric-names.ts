/** Every metric of the service: name and meaning. The only place where they are written. */
export const metricNames = {
  requests: { name: "millrace_ingest_requests_total", help: "Requests to /v1/events by status and problem code." },
  events: { name: "millrace_ingest_events_total", help: "Events by outcome: accepted, rejected, unconfirmed." },
  rejections: { name: "millrace_ingest_rejected_events_total", help: "Rejected events by problem code." },
  unconfirmed: { name: "millrace_ingest_unconfirmed_events_total", help: "Events Kinesis did not confirm, by reason." },
  duration: { name: "millrace_ingest_request_duration_seconds", help: "From the request's headers to its answer." },
  bodyBytes: { name: "millrace_ingest_body_bytes_total", help: "Bytes of bodies after decompression." },
  aborted: {
    name: "millrace_ingest_aborted_requests_total",
    help: "Requests whose client left before they were complete.",
  },
  inFlightBytes: { name: "millrace_ingest_in_flight_bytes", help: "Memory that requests are charged for now." },
  inFlightRequests: { name: "millrace_ingest_in_flight_requests", help: "Requests to /v1/events being answered now." },
  keyEvents: {
    name: "millrace_ingest_key_events_total",
    help: "Events by write key and outcome: accepted, unconfirmed, or the code of their rejection.",
  },
  keyRequests: {
    name: "millrace_ingest_key_refused_requests_total",
    help: "Requests of a write key that were refused as a whole, by problem code.",
  },
  keyBytes: {
    name: "millrace_ingest_key_body_bytes_total",
    help: "Bytes of bodies after decompression, by write key.",
  },
  draining: { name: "millrace_ingest_draining", help: "1 from the signal to stop until the process ends." },
  writeKeyReads: {
    name: "millrace_ingest_write_key_reads_total",
    help: "Reads of the write keys by outcome: changed, unchanged, failed, refused.",
  },
  writeKeys: { name: "millrace_ingest_write_keys", help: "Write keys in force." },
  writeKeysConfirmed: {
    name: "millrace_ingest_write_keys_confirmed_timestamp_seconds",
    help: "When the write keys in force were last known to be the current ones.",
  },
  spoolBytes: { name: "millrace_ingest_spool_bytes", help: "Bytes on disk that Kinesis does not have yet." },
  spoolRecords: {
    name: "millrace_ingest_spool_records_total",
    help: "Records of the spool by outcome: spooled, sent, refused.",
  },
  kinesisRequests: { name: "millrace_ingest_kinesis_requests_total", help: "PutRecords calls by outcome." },
  kinesisRecords: { name: "millrace_ingest_kinesis_records_total", help: "Records in PutRecords calls by outcome." },
  kinesisDuration: { name: "millrace_ingest_kinesis_request_duration_seconds", help: "Time of a PutRecords call." },
} as const;
