import type { ComponentChildren } from 'preact';
import { listKeys } from '../../api/people/account-requests.js';
import { listFlavors } from '../../api/infrastructure/flavor-requests.js';
import { listHosts } from '../../api/requests.js';
import { Loading, Problem, State } from '../../parts/small.js';
import { useLive } from '../../parts/use-live.js';
import { groundInWords } from './formation-places.js';

/** What lies between a new account and its first app, and how far somebody has come. */
export function Welcome() {
  const { value, problem } = useLive('welcome', async () => {
    const [flavors, hosts, keys] = await Promise.all([listFlavors(), listHosts(), listKeys()]);
    return { ground: groundInWords(flavors.results, hosts.results), keys: keys.count };
  });
  return (
    <section class="layer" aria-labelledby="welcome">
      <h2 id="welcome">To your first app</h2>
      <Problem of={problem} />
      {value === undefined && problem === undefined && <Loading what="how far you are" />}
      {value !== undefined && (
        <ol>
          <Step isDone={value.ground !== undefined}>
            {value.ground ?? (
              <>
                <a href="#/flavors">Make a provider and a flavor</a>: they say what nodes are launched with.
                Or ask somebody for a place on the nodes of theirs.
              </>
            )}
          </Step>
          <Step isDone={value.keys > 0}>
            {value.keys > 0 ? (
              'Your account has an SSH key, by which git push knows you.'
            ) : (
              <>
                <a href="#/account">Add an SSH key to your account</a>: git push knows you by it.
              </>
            )}
          </Step>
          <Step isDone={false}>
            Make a formation, below: the nodes and the settings of one app. Its page says how to push to it.
          </Step>
        </ol>
      )}
    </section>
  );
}

function Step({ isDone, children }: { isDone: boolean; children: ComponentChildren }) {
  return (
    <li>
      {children} {isDone && <State name="done" mood="good" />}
    </li>
  );
}
