import { drawMetrics, type Metrics } from '../../actions/app/draw-metrics.js';
import type { CommandTable } from '../../command.js';
import { moment } from '../../terminal/moment.js';

/** Columns that names and values take beside the lines, and how long the lines are at least and at most. */
const besideLines = 48;
const [minSteps, maxSteps] = [20, 120];

export const metrics: CommandTable = {
  status: {
    summary: 'requests, latency, cpu, memory and restarts over time, with the releases',
    onFormation: true,
    json: true,
    options: [
      ['--since <time>', 'from then on: 10m, 2h, 7d, or 2026-11-21T12:00:00Z; default 1h'],
      ['--until <time>', 'only until then'],
    ],
    details:
      'Proxies count requests until the answer begins; containers are read every 10 seconds from their control ' +
      'groups. An hour is kept in steps of 10 s, a day in steps of a minute, a week in steps of 10 minutes.\n\n' +
      'Example:\n  deis metrics\n  deis metrics --since=7d',
    run: async (call) => {
      const columns = call.terminal.keyboard.size()?.columns ?? 80 + besideLines - 20;
      const query = new URLSearchParams({
        steps: String(Math.min(maxSteps, Math.max(minSteps, columns - besideLines))),
      });
      for (const name of ['since', 'until'] as const) {
        const value = call.option(name);
        if (value !== undefined) query.set(name, moment(name, value, Date.now()));
      }
      const path = `${await call.formationPath('metrics')}?${query.toString()}`;
      const answer = await (await call.api()).get<Metrics>(path);
      call.print(answer, () => drawMetrics(answer));
    },
  },
};
