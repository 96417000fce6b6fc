import { listKeys } from '../../api/people/account-requests.js';
import { readInfo } from '../../api/requests.js';
import type { Formation, Info } from '../../api/types.js';
import { linkTo } from '../../parts/route.js';
import { Loading, Problem } from '../../parts/small.js';
import { useLive } from '../../parts/use-live.js';
import { useOnce } from '../../parts/use-once.js';
import { mayChangeNodes } from '../nodes/own-nodes.js';
import { knownHostsLines, lacksNodes, pushCommands } from './first-steps.js';

/** What lies between a new formation and an app that answers, for somebody who may push. */
export function FirstPush({ formation }: { formation: Formation }) {
  const { value: keys, problem } = useLive('keys', listKeys);
  const { value: info } = useOnce(readInfo);
  return (
    <section class="layer" aria-labelledby="first-push">
      <h2 id="first-push">Next: push your app</h2>
      <Problem of={problem} />
      {keys === undefined && problem === undefined && <Loading what="your SSH keys" />}
      <ol>
        {keys?.count === 0 && (
          <li>
            <a href="#/account">Add an SSH key to your account</a>: git push signs in with it.
          </li>
        )}
        {lacksNodes(formation) && (
          <li>
            <Nodes formation={formation} />
          </li>
        )}
        <li>
          In the folder of your app, once its files are committed:
          <code class="example">{pushCommands(formation).join('\n')}</code>
          <small class="quiet">
            Or <code>git push deis main</code>, whichever your branch is.
          </small>
        </li>
      </ol>
      {info !== undefined && <HostKeys git={info.git} />}
    </section>
  );
}

function Nodes({ formation }: { formation: Formation }) {
  if (!mayChangeNodes(formation)) return <>It has no nodes yet: an admin of it scales its layers.</>;
  return (
    <>
      <a href={linkTo(formation.id, 'scale')}>Give it nodes</a>: what is pushed before waits for them.
    </>
  );
}

/** So that nobody has to say yes to a key that they have not compared. */
function HostKeys({ git }: { git: Info['git'] }) {
  const lines = knownHostsLines(git);
  if (lines.length === 0) return null;
  return (
    <details>
      <summary>When git asks whether the host is authentic</summary>
      <p>
        With {lines.length === 1 ? 'this line' : 'these lines'} in <code>~/.ssh/known_hosts</code> it asks no
        more:
      </p>
      <code class="example">{lines.join('\n')}</code>
    </details>
  );
}
