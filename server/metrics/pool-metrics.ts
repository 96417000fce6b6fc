import { Gauge, type Registry } from 'prom-client';
import type { PoolUse } from '../store/database.js';

/** The connections of this process to the database. */
export class PoolMetrics {
  readonly #gauge: Gauge<'state'>;

  constructor(
    registry: Registry,
    private readonly use: () => PoolUse,
  ) {
    this.#gauge = new Gauge({
      name: 'deis_database_connections',
      help: 'Connections of this process to the database, used and idle, and how much waits for one.',
      labelNames: ['state'],
      registers: [registry],
    });
  }

  /** Looks once more. */
  refresh(): void {
    for (const [state, count] of Object.entries(this.use())) this.#gauge.set({ state }, count);
  }
}
