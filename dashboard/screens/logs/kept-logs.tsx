import { cliCommands } from '../../api/cli-commands.js';
import { readKeptLogs } from '../../api/app/log-requests.js';
import { Command, Fact, Problem, When } from '../../parts/small.js';
import { useOnce } from '../../parts/use-once.js';
import { amountIn } from '../metrics/units.js';

const servers = {
  running: 'takes lines',
  away: 'is away: lines wait on the nodes',
  none: 'is not there: lines are on the nodes alone',
} as const;

/** `deis logs:info`: how much of the lines is kept, and how much may be. */
export function KeptLogs({ formation }: { formation: string }) {
  const { value, problem } = useOnce(() => readKeptLogs(formation));
  if (value === undefined) return <Problem of={problem} />;
  const { bytes, max_bytes: most, from, max_days: days, server } = value;
  return (
    <details>
      <summary>What is kept</summary>
      <dl class="facts">
        <Fact name="Kept">
          {amountIn('bytes', bytes)} of {amountIn('bytes', most)}
        </Fact>
        <Fact name="From">{from === null ? 'nothing yet' : <When at={from} />}</Fact>
        <Fact name="For">{days} days</Fact>
        <Fact name="The log server">{servers[server]}</Fact>
      </dl>
      <Command text={cliCommands.keptLogs(formation)} />
    </details>
  );
}
