import { Counter, Histogram, type Registry } from 'prom-client';
import type { OperationSeen, Watcher } from '../observe/observer.js';

/** Seconds: an operation may be a config change of a second or a scale of many VMs. */
const operationBuckets = [0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300, 900, 3600];
const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Counts what this process does as the observer tells of it. */
export function workMetrics(registry: Registry): Watcher {
  return {
    ...operationMetrics(registry),
    ...stepMetrics(registry),
    ...convergeMetrics(registry),
    ...requestMetrics(registry),
    ...transferMetrics(registry),
    ...downloadMetrics(registry),
  };
}

function operationMetrics(registry: Registry): Pick<Watcher, 'onOperation'> {
  const registers = [registry];
  const begun = new Counter({
    name: 'deis_operations_started_total',
    help: 'Operations that this process began, those taken over from others included.',
    labelNames: ['kind'],
    registers,
  });
  const ended = new Counter({
    name: 'deis_operations_finished_total',
    help: 'Operations that this process ended, by what became of them.',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  const seconds = new Histogram({
    name: 'deis_operation_duration_seconds',
    help: 'How long operations took in this process, waiting in the queue not included.',
    labelNames: ['kind'],
    buckets: operationBuckets,
    registers,
  });
  return {
    onOperation: ({ kind, end }) => {
      if (end === undefined) return begun.inc({ kind });
      ended.inc({ kind, outcome: outcomeOf(end) });
      seconds.observe({ kind }, end.ms / 1000);
    },
  };
}

function outcomeOf({ outcome }: NonNullable<OperationSeen['end']>): string {
  if (outcome === 'handed over') return 'handed_over';
  return 'state' in outcome ? String(outcome.state) : 'unknown';
}

function stepMetrics(registry: Registry): Pick<Watcher, 'onStep'> {
  const registers = [registry];
  const step = new Histogram({
    name: 'deis_operation_step_duration_seconds',
    help: 'How long the steps of operations took.',
    labelNames: ['kind', 'step'],
    buckets: operationBuckets,
    registers,
  });
  const failed = new Counter({
    name: 'deis_operation_steps_failed_total',
    help: 'Steps of operations that failed or were cut off.',
    labelNames: ['kind', 'step'],
    registers,
  });
  return {
    onStep: ({ kind, step: name, ok, ms }) => {
      step.observe({ kind, step: name }, ms / 1000);
      if (!ok) failed.inc({ kind, step: name });
    },
  };
}

function convergeMetrics(registry: Registry): Pick<Watcher, 'onConverge'> {
  const registers = [registry];
  const nodes = new Counter({
    name: 'deis_converged_nodes_total',
    help: 'Nodes that were converged, by the outcome of each.',
    labelNames: ['outcome'],
    registers,
  });
  const seconds = new Histogram({
    name: 'deis_converge_node_duration_seconds',
    help: 'How long the converge of a node took.',
    buckets: operationBuckets,
    registers,
  });
  const changed = new Counter({
    name: 'deis_converge_resources_changed_total',
    help: 'Resources that converges changed on nodes.',
    registers,
  });
  return {
    onConverge: (converge) => {
      for (const node of converge.nodes) {
        nodes.inc({ outcome: node.outcome });
        seconds.observe(node.ms / 1000);
        changed.inc(node.changed);
      }
    },
  };
}

/** By route, not by path: a name in a path would be a time series of its own. */
function requestMetrics(registry: Registry): Pick<Watcher, 'onRequest'> {
  const registers = [registry];
  const requests = new Counter({
    name: 'deis_http_requests_total',
    help: 'Requests to the HTTP API that were answered, or whose caller went away.',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const seconds = new Histogram({
    name: 'deis_http_request_duration_seconds',
    help: 'How long answers of the HTTP API took, streams not included.',
    labelNames: ['method', 'route'],
    buckets: requestBuckets,
    registers,
  });
  return {
    onRequest: ({ method, route, isStream, status, ms }) => {
      requests.inc({ method, route, status });
      if (!isStream) seconds.observe({ method, route }, ms / 1000);
    },
  };
}

function transferMetrics(registry: Registry): Pick<Watcher, 'onTransfer'> {
  const seconds = new Histogram({
    name: 'deis_git_transfer_duration_seconds',
    help: 'How long transfers of git took that were allowed, the deploy of a push included.',
    labelNames: ['service', 'outcome'],
    buckets: operationBuckets,
    registers: [registry],
  });
  return {
    onTransfer: ({ service, ok, ms }) =>
      seconds.observe({ service, outcome: ok ? 'succeeded' : 'failed' }, ms / 1000),
  };
}

function downloadMetrics(registry: Registry): Pick<Watcher, 'onDownload'> {
  const downloads = new Counter({
    name: 'deis_downloads_total',
    help: 'Downloads of slugs and images that were answered, or whose caller went away.',
    labelNames: ['status'],
    registers: [registry],
  });
  return { onDownload: ({ status }) => downloads.inc({ status }) };
}
