import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Watcher } from '../observe/observer.js';
import { workMetrics } from './work-metrics.js';

/** Sums that prom-client gives the name of a counter; their parts are served by kind. */
const misnamed = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/** Names, types and labels: docs/metrics.md, which a test holds against what is served. */
export class ControllerMetrics {
  readonly registry = new Registry();
  /** What counts the work of this process. */
  readonly watcher: Watcher;

  constructor({ version, instance }: { readonly version: string; readonly instance: string }) {
    collectDefaultMetrics({ register: this.registry });
    for (const name of misnamed) this.registry.removeSingleMetric(name);
    new Gauge({
      name: 'deis_build_info',
      help: 'Always 1; its labels say which version of which instance this process is.',
      labelNames: ['version', 'deis_instance'],
      registers: [this.registry],
    }).set({ version, deis_instance: instance }, 1);
    this.watcher = workMetrics(this.registry);
  }

  /** All of it in the text format of Prometheus, version 0.0.4. */
  text(): Promise<string> {
    return this.registry.metrics();
  }
}
