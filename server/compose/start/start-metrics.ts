import { CensusStore } from '../../store/census-store.js';
import { poolUse } from '../../store/database.js';
import { HttpListener } from '../../listen/http-listener.js';
import { PoolMetrics } from '../../metrics/pool-metrics.js';
import { serveMetrics } from '../../metrics/metrics-listener.js';
import { StateMetrics } from '../../metrics/state-metrics.js';
import type { Settings } from '../../settings/settings.js';
import { requestGraceMs } from '../constants.js';
import type { Base } from '../open-base.js';

/**
 * Serves the metrics of this process where DEIS_METRICS_PORT asks for them. What the database holds is shown by
 * processes with the role `worker`: all of them would say the same.
 */
export async function startMetrics(
  { metrics: wanted, roles, fixedPort }: Settings,
  base: Base,
): Promise<void> {
  const { metrics, database, log, shutdown } = base;
  if (wanted === undefined || metrics === undefined) return;
  const census = new CensusStore(database.database);
  const state = roles.has('worker') ? new StateMetrics(metrics.registry, () => census.take()) : undefined;
  const pool = new PoolMetrics(metrics.registry, () => poolUse(database.database));
  const serve = serveMetrics({
    token: wanted.token,
    text: async () => {
      pool.refresh();
      await state?.refresh();
      return metrics.text();
    },
    onError: (error) => log.error({ err: error }, 'the metrics could not be read'),
  });
  const listener = await HttpListener.listen(wanted.bind, wanted.port, serve, {
    portFixedBy: fixedPort('DEIS_METRICS_PORT'),
  });
  shutdown.add('the metrics', () => listener.close(requestGraceMs));
  log.info({ bind: wanted.bind, port: listener.port }, 'metrics are served at /metrics');
}
