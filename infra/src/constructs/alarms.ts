import { Construct } from "constructs";
import type { EnvironmentConfig } from "../config/schema.ts";
import type { RouteDestination } from "../inputs/route-destinations.ts";
import { watchAbsences } from "./absence-alarms.ts";
import type { DeliveryStream } from "./delivery-stream.ts";
import type { EventStream } from "./event-stream.ts";
import * as metrics from "./metric.ts";
import { badPeriodsOf, BURNS, type Objective, WINDOW_DAYS } from "../objectives/objectives.ts";
import { type AlarmTopics, MetricAlarms } from "./metric-alarms.ts";
import { absence, share, total } from "./metric-math.ts";
import { watchWrites } from "./stream-alarms.ts";
import type { Hop, Watched } from "./watched.ts";

export interface AlarmsProps {
  readonly prefix: string;
  readonly topics: AlarmTopics;
  readonly config: EnvironmentConfig["alarms"];
  readonly goal: number;
  readonly objectives: readonly Objective[];
  readonly watched: Watched;
}

/**
 * One alarm for every way in which events can be late or lost, for every function, stream and destination there is.
 * Descriptions say what to do next, because they are all that the woken person sees at first.
 */
export class Alarms extends Construct {
  readonly #alarms: MetricAlarms;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { prefix, topics, config, watched } = props;
    this.#alarms = new MetricAlarms(this, prefix, topics);
    for (const objective of props.objectives) this.#watchBurn(objective, props.goal);

    for (const hop of watched.hops) this.#watchHop(hop, config);
    for (const [name, stream] of [
      ["raw", watched.raw],
      ["enriched", watched.enriched],
      ["bad_rows", watched.badRows],
    ] as const) {
      const remedy = "Add shards, or find the partition key that is hot.";
      watchWrites(this.#alarms, { id: name, stream, config, remedy });
    }
    this.#watchReads("raw", watched.raw, config);
    this.#watchReads("enriched", watched.enriched, config);
    // That of the enriched stream is an objective.
    const [, { id: badRowsId, delivery: badRows }] = watched.deliveries;
    this.#watchDelivery(badRowsId, badRows, config);
    for (const { destination, resource } of watched.destinations) {
      resource.watch(this.#alarms, config);
      this.#watchUndelivered(watched.router, destination);
    }
    for (const destination of watched.foreign) this.#watchUndelivered(watched.router, destination);

    this.#alarms.above("router_loop", 0, {
      of: metrics.eventsRoutedBefore(watched.router),
      description:
        "Copies that the router made come back to it: a destination leads into the enriched stream. They go no further. " +
        "Their processing.router names the routes; run pnpm routes check on the documents.",
    });
    this.#alarms.above("enrichment_privacy_keys", 0, {
      of: metrics.privacyKeyFailures(watched.enrichment),
      periods: 2,
      description:
        "Enrichment cannot read or use its privacy keys. Running instances go on with those they have, new ones give their batches back. " +
        "Its log names the secret and what is wrong.",
    });
    if (watched.lookups.count > 0) {
      this.#alarms.above("enrichment_lookups", 0, {
        of: metrics.lookupFailures(watched.enrichment),
        periods: 2,
        description:
          "Enrichment cannot read or use the table of a lookup. The one before stays in force; without one, events go on with a note, or wait. " +
          "Its log names the lookup, and the line that is wrong.",
      });
    }
    this.#alarms.above("broken_sources", 0, {
      of: metrics.brokenSources(watched.enrichment),
      description:
        "Every event of a source breaks its contract. The view SOURCE_QUALITY names it (invalid_ratio 1), VALIDATION_ERRORS what is wrong; " +
        "invalidBySource of enrichment's metric lines has it at once. Tell its owner, or merge the contract it follows.",
    });
    this.#alarms.above("events_set_aside", 0, {
      of: metrics.eventsSetAside(watched.enrichment),
      // An hour: nothing is lost, and a contract is not written at night.
      periods: 12,
      description:
        "Events without a contract have been set aside for an hour, as the mapping of their source says. They are kept whole. " +
        "Merge a contract for the types that BAD_ROWS names, then replay the rows of the kind undescribed.",
    });
    this.#alarms.above("bad_rows_count", config.badRows, {
      of: share(metrics.badRows(watched.enrichment), [metrics.eventsIn(watched.enrichment)], "% bad rows"),
      periods: 2,
      description: "Many events could not be read. Look at failure_kind in the BAD_ROWS view for what changed.",
    });
    if (watched.firewall !== undefined) {
      this.#alarms.above("firewall_blocked", config.blockedRequests, {
        of: share(
          metrics.blockedRequests(watched.firewall),
          [metrics.blockedRequests(watched.firewall), metrics.allowedRequests(watched.firewall)],
          "% blocked",
        ),
        description:
          "The web firewall refuses many requests: an attack, or senders whose events are lost. See which rule, then raise " +
          "frontDoor.firewall.requestsPerAddress or have that rule count.",
      });
    }
    this.#alarms.above("refused_lines", 0, {
      of: metrics.loaderMessages(watched.loader.refusedLines),
      description:
        "The warehouse's loader refused lines of the lake. REFUSED_LINES names each with file, line and reason; the line is still in its object. " +
        "Repair what wrote it, then load the event again.",
    });
    if (config.onSilence) this.#watchSilence(watched);
    if (watched.canaries !== undefined) {
      const { sender } = watched.canaries;
      this.#alarms.silent("canaries_not_sent", {
        of: total([metrics.canariesAccepted(sender), metrics.canariesRefused(sender)], "canaries"),
        periods: 2,
        description:
          "No canary was sent for ten minutes, so nobody would notice a silence. See the log of the canary function, then its schedule: " +
          `aws scheduler get-schedule --name ${sender.function.name}.`,
      });
    }
    watchAbsences(this.#alarms, watched);
    this.#alarms.silent("loader_silence", {
      of: metrics.loaderMessages(watched.loader.freshness),
      periods: 3,
      description:
        "The warehouse is stale, or nobody watches it: task WATCH_LOADER has not said for 15 minutes that every pipe runs and no file waits. " +
        "Look at SYSTEM$PIPE_STATUS of the pipes, then at TASK_HISTORY.",
    });
  }

  /** Where canaries come all the time, the stream is never silent: what senders send is. */
  #watchSilence({ canaries, enrichment, raw }: Watched): void {
    const description = "Not one event in five minutes. Is the event service up, and does its host name resolve?";
    if (canaries === undefined) {
      this.#alarms.silent("raw_silence", { of: metrics.incomingRecords(raw), description });
    } else {
      this.#alarms.above("raw_silence", 0, {
        of: absence([metrics.canariesSeen(enrichment)], [metrics.eventsIn(enrichment)], "canaries without events"),
        description: `${description} Canaries arrive: see what senders get as an answer.`,
      });
    }
  }

  /** How many periods of the last hour, or of the last six, were bad. */
  #watchBurn({ id, title, indicator, badAbove, alarms, runbook, advice }: Objective, goal: number): void {
    for (const burn of BURNS.filter(({ name }) => alarms.includes(name))) {
      const badPeriods = badPeriodsOf(burn, goal);
      this.#alarms.above(`objective_${id}_${burn.name}`, badAbove, {
        of: indicator,
        periods: burn.periods,
        badPeriods,
        kind: { runbook, severity: burn.name === "fast" ? "page" : "ticket" },
        description:
          `${title}: that did not hold in ${badPeriods} of the last ${burn.periods} periods of five minutes, at which the error ` +
          `budget of ${WINDOW_DAYS} days lasts ${describeHours((WINDOW_DAYS * 24 * (100 - goal) * burn.periods) / (100 * badPeriods))}. ${advice}`,
      });
    }
  }

  #watchHop(hop: Hop, config: AlarmsProps["config"]): void {
    const { name, function: target, mapping } = hop;
    this.#alarms.above(`${name}_iterator_age`, config.iteratorAge * 1000, {
      of: metrics.iteratorAge(target),
      periods: 2,
      description: `The ${name} function falls behind its stream. Look at its errors, then at parallelization and shards.`,
    });
    const { timeout } = target.config;
    this.#alarms.above(`${name}_near_timeout`, timeout * 10 * config.load, {
      of: metrics.functionDuration(target),
      periods: 2,
      description:
        `Invocations of the ${name} function take more than ${config.load} % of their ${timeout} s; the next step is a time-out, and copies. ` +
        "See which destination is slow, then give it more memory or smaller batches.",
    });
    this.#alarms.above(`${name}_errors`, config.refusals, {
      of: share(metrics.functionErrors(target), [metrics.functionInvocations(target)], "% failed"),
      periods: 2,
      description: `Invocations of the ${name} function fail as a whole, not by item. Its log has the stack trace.`,
    });
    this.#alarms.above(`${name}_throttles`, config.refusals, {
      of: share(
        metrics.functionThrottles(target),
        [metrics.functionThrottles(target), metrics.functionInvocations(target)],
        "% refused",
      ),
      periods: 2,
      description: `Lambda refuses to run the ${name} function: the account's concurrency is used up.`,
    });
    this.#alarms.above(`${name}_dead_letters`, 0, {
      of: metrics.deadLetters(mapping),
      description: `Records of the ${name} function were given up and lie in the dead-letter bucket under aws/lambda/. Repair, then redrive them before they expire.`,
    });
    this.#alarms.above(`${name}_dropped`, 0, {
      of: metrics.droppedRecords(mapping),
      description: `Records of the ${name} function were given up and could not be stored either: they exist only in the stream. Check the role's rights on the dead-letter bucket at once.`,
    });
    this.#alarms.above(`${name}_metrics_refused`, 0, {
      of: metrics.refusedMetricLines(target),
      description:
        `CloudWatch refuses metric lines of the ${name} function: alarms and dashboards miss what they say. Events are not concerned. ` +
        "Compare a line of its log with the embedded metric format, then go back to the release before.",
    });
  }

  #watchReads(name: string, stream: EventStream, config: AlarmsProps["config"]): void {
    this.#alarms.above(`${name}_throttled_reads`, config.refusals, {
      of: share(
        metrics.throttledReads(stream),
        [metrics.throttledReads(stream), metrics.successfulReads(stream)],
        "% refused",
      ),
      periods: 3,
      description:
        `Stream ${stream.name} refuses reads: its readers share 2 MiB a second and five calls a second of each shard. ` +
        "See who else reads it; add shards, or give that reader enhanced fan-out.",
    });
  }

  #watchDelivery(name: string, delivery: DeliveryStream, config: AlarmsProps["config"]): void {
    this.#alarms.above(`${name}_freshness`, config.freshness, {
      of: metrics.deliveryFreshness(delivery),
      periods: 2,
      description: `Bad rows wait too long for S3 and so for the warehouse. See /aws/kinesisfirehose/${delivery.name}.`,
    });
  }

  /** Also of destinations that other accounts own: that they refuse what is theirs, only we can see. */
  #watchUndelivered(router: Hop, { application, owner, routes, name }: RouteDestination): void {
    if (routes.length === 0) return;
    this.#alarms.above(`destination_${name}_undelivered`, 0, {
      of: metrics.undelivered(router, name),
      description:
        `The destination ${name} of ${owner} does not take its events in time; they lie in the lake under undelivered/${application}/${name}/. ` +
        `Find out why in the router's log, then put them back: pnpm routes redrive ${application} --stage ${router.stage}.`,
    });
  }
}

const describeHours = (hours: number): string =>
  hours < 72 ? `${Math.round(hours)} hours` : `${Math.round(hours / 24)} days`;
