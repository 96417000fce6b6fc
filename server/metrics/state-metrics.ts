import { Gauge, type Registry } from 'prom-client';
import { unlessAborted } from '../../base/unless-aborted.js';
import type { Census } from '../store/census-store.js';

/** A look at the database takes this long at most; Prometheus itself waits for 10 s unless it is told. */
const censusMs = 5_000;

/** What the database holds, as gauges that are set at each look. */
export class StateMetrics {
  readonly #gauges: ReturnType<typeof makeGauges>;
  #look: Promise<void> | undefined;

  /** `take` counts what there is; @throws when the database cannot be asked. */
  constructor(
    registry: Registry,
    private readonly take: () => Promise<Census>,
  ) {
    this.#gauges = makeGauges(registry);
  }

  /** Counts once for all who ask meanwhile. Never throws: a database that is away is what `deis_database_up` says. */
  refresh(): Promise<void> {
    this.#look ??= this.#refresh().finally(() => (this.#look = undefined));
    return this.#look;
  }

  async #refresh(): Promise<void> {
    const census = await this.#census();
    // What was counted before is not passed off as what there is now.
    for (const gauge of Object.values(this.#gauges)) gauge.reset();
    for (const gauge of [this.#gauges.oldest, this.#gauges.formations]) gauge.remove();
    this.#gauges.up.set(census === undefined ? 0 : 1);
    if (census !== undefined) show(this.#gauges, census);
  }

  async #census(): Promise<Census | undefined> {
    return unlessAborted(AbortSignal.timeout(censusMs), this.take()).catch(() => undefined);
  }
}

function makeGauges(registry: Registry) {
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  return {
    up: gauge('deis_database_up', 'Whether the database answered when this page was asked for.'),
    operations: gauge('deis_operations', 'Operations that have not ended.', 'kind', 'state'),
    oldest: gauge(
      'deis_operation_oldest_queued_seconds',
      'How long the operation has waited that has waited longest.',
    ),
    formations: gauge('deis_formations', 'Formations there are.'),
    nodes: gauge(
      'deis_nodes',
      'Nodes by their status; unreachable: ready, and they do not answer.',
      'status',
    ),
    containers: gauge('deis_containers', 'Containers of apps that are to be, by state.', 'state'),
    certificates: gauge(
      'deis_certificate_expiry_timestamp_seconds',
      'When a certificate of a formation expires.',
      'formation',
      'certificate',
    ),
    jobFailures: gauge(
      'deis_job_failures',
      'How often a periodic job has failed since it succeeded.',
      'periodic_job',
    ),
    jobEnds: gauge('deis_job_end_timestamp_seconds', 'When a periodic job last ended.', 'periodic_job'),
    alerts: gauge('deis_alerts_open', 'Alerts of formations that are open.', 'kind'),
    deliveries: gauge('deis_hook_deliveries', 'What hooks were sent, of what is kept, by state.', 'state'),
  };
}

function show(gauges: ReturnType<typeof makeGauges>, census: Census): void {
  for (const { kind, state, count } of census.operations) gauges.operations.set({ kind, state }, count);
  const waited = census.operations
    .filter(({ state }) => state === 'queued')
    .map(({ oldestSeconds }) => oldestSeconds);
  gauges.oldest.set(Math.max(0, ...waited));
  gauges.formations.set(census.formations);
  for (const { status, count } of census.nodes) gauges.nodes.set({ status }, count);
  for (const { state, count } of census.containers) gauges.containers.set({ state }, count);
  for (const { formation, name, expiresAt } of census.certificates)
    gauges.certificates.set({ formation, certificate: name }, expiresAt);
  for (const { name, failures, endedAt } of census.jobs) {
    gauges.jobFailures.set({ periodic_job: name }, failures);
    if (endedAt !== null) gauges.jobEnds.set({ periodic_job: name }, endedAt);
  }
  for (const { kind, count } of census.alerts) gauges.alerts.set({ kind }, count);
  for (const { state, count } of census.deliveries) gauges.deliveries.set({ state }, count);
}
