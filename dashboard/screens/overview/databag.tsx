import { cliCommands } from '../../api/cli-commands.js';
import { calculate } from '../../api/requests.js';
import { Lines } from '../../parts/lines/lines.js';
import { Opened } from '../../parts/opened.js';
import { Command, Loading, Problem } from '../../parts/small.js';
import { useOnce } from '../../parts/use-once.js';

/** What the nodes are told to be; without values for those who may not read the config. */
export function Databag({ formation }: { formation: string }) {
  return <Opened label="Databag">{() => <Shown formation={formation} />}</Opened>;
}

function Shown({ formation }: { formation: string }) {
  const { value, problem } = useOnce(() => calculate(formation));
  if (value === undefined) return problem ? <Problem of={problem} /> : <Loading what="the databag" />;
  return (
    <>
      <Lines lines={JSON.stringify(value, null, 2).split('\n')} label="Databag" isFromTop />
      <Command text={cliCommands.calculate(formation)} />
    </>
  );
}
