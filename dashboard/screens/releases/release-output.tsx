import { cliCommands } from '../../api/cli-commands.js';
import { readReleaseOutput } from '../../api/app/release-requests.js';
import type { ReleaseOutput as Output } from '../../api/types.js';
import { Lines } from '../../parts/lines/lines.js';
import { Opened } from '../../parts/opened.js';
import { Command, Loading, Problem, State, When } from '../../parts/small.js';
import { useOnce } from '../../parts/use-once.js';

/** What a release's commands wrote, and what containers of it that failed have left behind. */
export function ReleaseOutput({ formation, version }: { formation: string; version: number }) {
  return (
    <Opened label={`Output of v${version}`}>{() => <Shown formation={formation} version={version} />}</Opened>
  );
}

function Shown({ formation, version }: { formation: string; version: number }) {
  const { value, problem } = useOnce(() => readReleaseOutput(formation, version));
  if (value === undefined)
    return problem ? <Problem of={problem} /> : <Loading what={`the output of v${version}`} />;
  const { phase, postdeploy, containers } = value;
  return (
    <>
      {phase === null && postdeploy === null && containers.length === 0 && (
        <p>It has no release phase, and no container of it has failed.</p>
      )}
      <Phase title="Release phase" of={phase} />
      <Phase title="Postdeploy" of={postdeploy} />
      {containers.map((container, place) => (
        <Failed key={place} of={container} />
      ))}
      <Command text={cliCommands.releaseOutput(formation, version)} />
    </>
  );
}

function Phase({ title, of: phase }: { title: string; of: Output['phase'] }) {
  if (phase === null) return null;
  const { node, state, exit_code: code, lines, begun_at: at } = phase;
  return (
    <>
      <h3>
        {title} <State name={state} />
      </h3>
      <p class="quiet">
        On {node ?? 'a node that is gone'}, begun <When at={at} />
        {code !== null && `, exit code ${code}`}
      </p>
      {lines.length > 0 && <Lines lines={lines} label={title} />}
    </>
  );
}

function Failed({ of: { container, node, reason, lines, at } }: { of: Output['containers'][number] }) {
  const label = `${container} on ${node}`;
  return (
    <>
      <h3>{label}</h3>
      <p class="notice bad">
        {reason}, <When at={at} />
      </p>
      {lines.length > 0 && <Lines lines={lines} label={label} />}
    </>
  );
}
