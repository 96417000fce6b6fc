import { clearBuildCache, listBuilds, readBuildpacks } from '../../api/app/build-requests.js';
import { cliCommands } from '../../api/cli-commands.js';
import { listOperations, listReleases } from '../../api/requests.js';
import { Action } from '../../parts/action.js';
import { Opened } from '../../parts/opened.js';
import { goToOperation } from '../../parts/route.js';
import { Loading, More, Problem } from '../../parts/small.js';
import { useLive } from '../../parts/use-live.js';
import type { FormationProps } from '../formation.js';
import { BuildCard } from './build-card.js';
import { buildRows, failedRelease } from './build-rows.js';
import { BuildpackList, ChangeBuildpacks } from './buildpacks.js';
import { SlugForm } from './slug-form.js';

/** Operations that are looked through for pushes of which nothing came. */
const lookedThrough = 200;

async function read(formation: string) {
  const [builds, operations, releases, buildpacks] = await Promise.all([
    listBuilds(formation),
    listOperations(formation, lookedThrough),
    listReleases(formation),
    readBuildpacks(formation),
  ]);
  return {
    ...{ builds, buildpacks },
    rows: buildRows(builds, operations.results, releases.results),
    failed: failedRelease(releases.results),
  };
}

/** What pushes were built into, and what they are built by. */
export function Builds({ formation: { id, may } }: FormationProps) {
  const mayDeploy = may.includes('deploy');
  const { value, problem, reload } = useLive(id, () => read(id));
  if (value === undefined) return problem ? <Problem of={problem} /> : <Loading what="its builds" />;
  const { builds, buildpacks, rows, failed } = value;
  return (
    <>
      <Problem of={problem} />
      <h2>Buildpacks</h2>
      <BuildpackList buildpacks={buildpacks.value.buildpacks} />
      {mayDeploy && <ChangeBuildpacks formation={id} read={buildpacks} onChanged={reload} />}
      <h2>Builds</h2>
      {rows.length === 0 && (
        <p>
          There is none yet. <code>git push deis HEAD:master</code> makes the first one.
        </p>
      )}
      <ol class="cards">
        {rows.map((row) => (
          <BuildCard key={row.id} {...{ formation: id, row, mayDeploy, failed, onChanged: reload }} />
        ))}
      </ol>
      <More shown={builds.results.length} count={builds.count} />
      {mayDeploy && (
        <>
          <Opened label="Deploy a slug" onDone={reload}>
            {() => <SlugForm formation={id} />}
          </Opened>
          <ClearCache formation={id} />
        </>
      )}
    </>
  );
}

function ClearCache({ formation }: { formation: string }) {
  return (
    <Action
      label="Clear the build cache"
      command={cliCommands.clearBuildCache(formation)}
      onDo={() => goToOperation(clearBuildCache(formation))}
    >
      <p>A build under way ends first. The next one fetches its dependencies again.</p>
    </Action>
  );
}
