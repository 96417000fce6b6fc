import type { Release } from '../../api/types.js';
import { cliCommands } from '../../api/cli-commands.js';
import { listReleases, rollBack } from '../../api/requests.js';
import { Action } from '../../parts/action.js';
import { goToOperation } from '../../parts/route.js';
import { Loading, More, Problem, State, When } from '../../parts/small.js';
import { useLive } from '../../parts/use-live.js';
import { failedRelease } from '../builds/build-rows.js';
import { RetryRelease } from '../builds/retry-release.js';
import type { FormationProps } from '../formation.js';
import { partsOf } from './failure-reason.js';
import { configPair, diffReleases, type Difference } from './release-diff.js';
import { ReleaseOutput } from './release-output.js';
import { useConfigNames } from './use-config-names.js';

/** The releases, newest first, each as what it changed; and the way back to one. */
export function Releases({ formation }: FormationProps) {
  const { value, problem } = useLive(formation.id, () => listReleases(formation.id));
  const live = value?.results.find((release) => release.live);
  const failed = failedRelease(value?.results ?? []);
  const mayDeploy = formation.may.includes('deploy');
  const all = value?.results ?? [];
  const namesOf = useConfigNames(
    formation.id,
    all.map((release, place) => configPair(all[place + 1], release)),
  );
  return (
    <>
      <Problem of={problem} />
      {value === undefined && <Loading what="its releases" />}
      {value?.count === 0 && (
        <p>
          There is none yet. <code>git push deis HEAD:master</code> makes the first one.
        </p>
      )}
      <ol class="cards">
        {value?.results.map((release, place) => (
          <li key={release.version}>
            <ReleaseCard
              release={release}
              changes={diffReleases(value.results[place + 1], release, namesOf)}
            />
            <ReleaseOutput formation={formation.id} version={release.version} />
            {release.can_roll_back && mayDeploy && (
              <RollBack formation={formation.id} release={release} live={live} />
            )}
            {release === failed && mayDeploy && <RetryRelease formation={formation.id} release={release} />}
          </li>
        ))}
      </ol>
      {value !== undefined && <More shown={value.results.length} count={value.count} />}
    </>
  );
}

function ReleaseCard({ release, changes }: { release: Release; changes: readonly Difference[] }) {
  const { version, state, summary, reason, created_by: by, created_at: at, live } = release;
  return (
    <>
      <h2>
        v{version} {live ? <State name="live" /> : state !== 'superseded' && <State name={state} />}
      </h2>
      <p>
        {summary} <span class="quiet">by {by ?? 'the controller'}, </span>
        <When at={at} />
      </p>
      {state === 'failed' && reason !== null && <Why reason={reason} />}
      <Differences of={changes} />
    </>
  );
}

function Why({ reason }: { reason: string }) {
  const { sentence, rest } = partsOf(reason);
  return (
    <>
      <p class="notice bad">{sentence}</p>
      {rest !== '' && (
        <details>
          <summary>What was said</summary>
          <pre class="said">{rest}</pre>
        </details>
      )}
    </>
  );
}

interface RollBackProps {
  readonly formation: string;
  readonly release: Release;
  readonly live: Release | undefined;
}

function RollBack({ formation, release, live }: RollBackProps) {
  const { version } = release;
  return (
    <Action
      label={`Roll back to v${version}`}
      command={cliCommands.rollBack(formation, version)}
      onDo={() => goToOperation(rollBack(formation, version))}
    >
      <p>
        A new release with all that v{version} holds takes the place of{' '}
        {live === undefined ? 'what is live' : `v${live.version}`}.
      </p>
      <WayBack formation={formation} from={live} to={release} />
    </Action>
  );
}

/** In the dialog: read when somebody looks. */
function WayBack({ formation, from, to }: { formation: string; from: Release | undefined; to: Release }) {
  const namesOf = useConfigNames(formation, [configPair(from, to)]);
  const changes = diffReleases(from, to, namesOf);
  return changes.length === 0 ? (
    <p>Its code, config and settings are the same.</p>
  ) : (
    <Differences of={changes} />
  );
}

function Differences({ of }: { of: readonly Difference[] }) {
  if (of.length === 0) return null;
  return (
    <ul class="diff">
      {of.map(({ what, from, to, names }) => (
        <li key={what}>
          {what}: <del>{from}</del> <span class="quiet">becomes</span> <ins>{to}</ins>
          {names !== undefined && <span class="quiet"> ({names.join(', ')})</span>}
        </li>
      ))}
    </ul>
  );
}
