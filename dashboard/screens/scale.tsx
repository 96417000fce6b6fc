import { useState } from 'preact/hooks';
import type { Operation } from '../api/types.js';
import { cliCommands } from '../api/cli-commands.js';
import { listLayers, scaleContainers, scaleLayers } from '../api/requests.js';
import { useDoing } from '../parts/action.js';
import { goToOperation } from '../parts/route.js';
import { Command, Problem } from '../parts/small.js';
import { useLive } from '../parts/use-live.js';
import type { FormationProps } from './formation.js';
import { mayChangeNodes, mayMakeNodes, ownStay } from './nodes/own-nodes.js';

type Counts = Readonly<Record<string, number>>;

/** Numbers of containers, and of nodes. */
export function Scale({ formation }: FormationProps) {
  const { id, may, on, scale, layers } = formation;
  const nodes = Object.fromEntries(Object.entries(layers).map(([name, { count }]) => [name, count]));
  return (
    <>
      {may.includes('scale') && (
        <Counter
          title="Containers"
          none="There are no process types before the first push."
          now={scale}
          command={(counts) => cliCommands.scale(id, counts)}
          onScale={(counts) => scaleContainers(id, counts)}
        />
      )}
      {on !== null && (
        <p>
          It runs on the nodes of {on}, which are scaled there: <code>deis layers:scale -f {on}</code>.
        </p>
      )}
      {mayChangeNodes(formation) && (
        <NodeCounter id={id} title="Nodes" none="It has no layers yet." counts={nodes} />
      )}
      {on !== null && mayMakeNodes(formation) && <OwnNodes formation={formation} />}
    </>
  );
}

/** Of a guest that has layers of its own, which it can move to. */
function OwnNodes({ formation }: FormationProps) {
  const { id } = formation;
  const { value, problem } = useLive(`layers of ${id}`, () => listLayers(id));
  const layers = value?.results ?? [];
  const stay = ownStay(formation);
  if (layers.length === 0) return <Problem of={problem} />;
  if (stay !== undefined) return <p>{stay}</p>;
  const counts = Object.fromEntries(layers.map((layer) => [layer.id, layer.count]));
  return <NodeCounter id={id} title="Nodes of its own" none="" counts={counts} />;
}

interface NodesProps {
  readonly id: string;
  readonly title: string;
  readonly none: string;
  /** By layer. */
  readonly counts: Counts;
}

function NodeCounter({ id, title, none, counts: now }: NodesProps) {
  return (
    <Counter
      title={title}
      none={none}
      now={now}
      command={(counts) => cliCommands.scaleLayers(id, counts)}
      onScale={(counts) => scaleLayers(id, counts)}
    />
  );
}

interface CounterProps {
  readonly title: string;
  readonly none: string;
  readonly now: Counts;
  readonly command: (counts: Counts) => string;
  readonly onScale: (counts: Record<string, number>) => Promise<Operation>;
}

function Counter({ title, none, now, command, onScale }: CounterProps) {
  const [wanted, setWanted] = useState<Counts>({});
  const changed = Object.fromEntries(Object.entries(wanted).filter(([name, count]) => now[name] !== count));
  const isChanged = Object.keys(changed).length > 0;
  const { isBusy, problem, run } = useDoing(() => goToOperation(onScale(changed)));
  return (
    <section>
      <h2>{title}</h2>
      {Object.keys(now).length === 0 && <p>{none}</p>}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isChanged) run();
        }}
      >
        {Object.entries(now).map(([name, count]) => (
          <label key={name} class="count">
            {name}
            <input
              type="number"
              min={0}
              max={10_000}
              required
              value={wanted[name] ?? count}
              onInput={({ currentTarget }) => setWanted({ ...wanted, [name]: currentTarget.valueAsNumber })}
            />
            <span class="quiet">now {count}</span>
          </label>
        ))}
        {isChanged && <Command text={command(changed)} />}
        <Problem of={problem} />
        <button type="submit" class="primary" disabled={!isChanged || isBusy}>
          Scale {title.toLowerCase()}
        </button>
      </form>
    </section>
  );
}
