import { useState } from 'preact/hooks';
import { cliCommands } from '../../api/cli-commands.js';
import { destroyNode } from '../../api/infrastructure/node-requests.js';
import type { NodeEnd } from '../../api/types.js';
import { Action } from '../../parts/action.js';
import { Choice } from '../../parts/form.js';
import { goToOperation } from '../../parts/route.js';

const ends = {
  usual: 'what deis put there is cleared, data of recipes of yours stays',
  keep: 'a host of yours is left as it is',
  purge: 'the data of recipes of yours goes, too',
} as const satisfies Readonly<Record<NodeEnd, string>>;

interface DestroyProps {
  readonly formation: string;
  readonly node: string;
  /** No container is on it. */
  readonly isIdle: boolean;
}

/** `deis nodes:destroy`, and what becomes of what is on it. */
export function DestroyNode({ formation, node, isIdle }: DestroyProps) {
  const [end, setEnd] = useState<NodeEnd>('usual');
  return (
    <Action
      label={`Destroy ${node}`}
      confirmName={node}
      command={cliCommands.destroyNode(formation, node, end)}
      onDo={() => goToOperation(destroyNode(formation, node, end))}
    >
      <p>
        {isIdle ? 'It is terminated.' : 'Its containers move elsewhere, and then it is terminated.'} Its layer
        has one node less.
      </p>
      <Choice label="What is on it" value={end} of={ends} onValue={setEnd} />
    </Action>
  );
}
