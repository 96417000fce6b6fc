import { cliCommands } from '../../api/cli-commands.js';
import { cordonNode, drainNode, replaceNode, uncordonNode } from '../../api/infrastructure/node-requests.js';
import type { Node } from '../../api/types.js';
import { Action } from '../../parts/action.js';
import { Opened } from '../../parts/opened.js';
import { goToOperation } from '../../parts/route.js';
import { DestroyNode } from './destroy-node.js';
import { everyAct, type NodeAct } from './own-nodes.js';
import { RunOnNode } from './run-on-node.js';
import { TrustNode } from './trust-node.js';
import { UpgradeNode } from './upgrade-node.js';

interface ActionsProps {
  readonly formation: string;
  readonly node: Node;
  /** What can be done to it; it is idle where that is not all. */
  readonly acts: readonly NodeAct[];
  /** What was done at once is to be seen. */
  readonly onChanged: () => void;
}

/** What can be done to one node. */
export function NodeActions({ formation, node: { id, scheduling }, acts, onChanged }: ActionsProps) {
  const isIdle = acts.length < everyAct.length;
  return (
    <details>
      <summary>
        Actions<span class="unseen"> for {id}</span>
      </summary>
      <div class="buttons">
        {acts.includes('schedule') && (
          <Scheduling formation={formation} id={id} isOpen={scheduling === 'open'} onChanged={onChanged} />
        )}
        {acts.includes('replace') && <Replace formation={formation} id={id} isIdle={isIdle} />}
        {acts.includes('upgrade') && <UpgradeNode formation={formation} node={id} />}
        {acts.includes('destroy') && <DestroyNode formation={formation} node={id} isIdle={isIdle} />}
      </div>
      <Entered formation={formation} id={id} acts={acts} />
    </details>
  );
}

function Replace({ formation, id, isIdle }: { formation: string; id: string; isIdle: boolean }) {
  return (
    <Action
      label={`Replace ${id}`}
      command={cliCommands.replaceNode(formation, id)}
      onDo={() => goToOperation(replaceNode(formation, id))}
    >
      <p>
        A new node is launched, and {id} goes when that {isIdle ? 'is ready' : 'serves'}.
      </p>
    </Action>
  );
}

/** What goes over SSH. */
function Entered({ formation, id, acts }: Pick<ActionsProps, 'formation' | 'acts'> & { id: string }) {
  return (
    <>
      {acts.includes('run') && (
        <Opened label={`Run a command on ${id}`}>
          {() => <RunOnNode formation={formation} node={id} />}
        </Opened>
      )}
      {acts.includes('trust') && (
        <Opened label={`Trust ${id} by another key`}>
          {() => <TrustNode formation={formation} node={id} />}
        </Opened>
      )}
    </>
  );
}

interface SchedulingProps extends Pick<ActionsProps, 'formation' | 'onChanged'> {
  readonly id: string;
  readonly isOpen: boolean;
}

/** Whether it takes new containers. */
function Scheduling({ formation, id, isOpen, onChanged }: SchedulingProps) {
  if (isOpen)
    return (
      <>
        <Action
          label={`Drain ${id}`}
          command={cliCommands.drainNode(formation, id)}
          onDo={() => goToOperation(drainNode(formation, id))}
        >
          <p>
            Its containers move elsewhere, unnoticed, and it takes no new ones. Where a formation that lives
            there cannot leave, that fails with its name, and the node is drained but for it.
          </p>
        </Action>
        <Action
          label={`Cordon ${id}`}
          command={cliCommands.cordonNode(formation, id)}
          onDo={() => cordonNode(formation, id).then(onChanged)}
        >
          <p>It takes no new containers. Those that it runs stay.</p>
        </Action>
      </>
    );
  return (
    <Action
      label={`Uncordon ${id}`}
      command={cliCommands.uncordonNode(formation, id)}
      onDo={() => uncordonNode(formation, id).then(onChanged)}
    >
      <p>It takes new containers again.</p>
    </Action>
  );
}
