import { UserError } from '../../base/errors.js';
import { isOnPaper } from '../../provisioner/paper/paper-address.js';
import { formationUrls } from '../formation/databag/app-urls.js';
import type { DeployResult } from '../formation/deploy/deploy-release.js';
import type { OperationContext } from '../operation/operation-context.js';
import type { NewBuild } from '../store/app/builds/build-store.js';
import type { FormationRecord } from '../store/app/formation-store.js';
import { readFormationSummaries } from '../store/app/formation-summary.js';
import type { ReleaseRecord } from '../store/app/release-store.js';
import type { Stores } from '../store/stores.js';

/** What a push needs of the formation's side: `cutBuildRelease` and `deployRelease` of server/formation. */
export interface Launcher {
  /** Below which formations that share nodes have names, `DEIS_DOMAIN`. */
  readonly domain?: string | undefined;
  /**
   * Records the build and cuts its release with the newest config. Safe to repeat: one build gives one
   * release. `counts`: of process types that nobody has scaled yet.
   */
  cutRelease(
    formation: FormationRecord,
    build: NewBuild,
    counts: Readonly<Record<string, number>>,
  ): Promise<ReleaseRecord>;
  /**
   * Makes the release live, or says in a line what is in the way of that. Safe to repeat. @throws when it
   * fails; the old release then serves as before
   */
  deploy(context: OperationContext, releaseId: number): Promise<Pick<DeployResult, 'state'>>;
}

/** The formation of an operation. @throws UserError when it is gone, or about to be */
export async function formationOf(stores: Stores, context: OperationContext): Promise<FormationRecord> {
  const { formationId, formationName } = context.operation;
  const formation = formationId === null ? undefined : await stores.formations.byId(formationId);
  if (formation === undefined || formation.destroying) throw new UserError(`${formationName} is gone`);
  return formation;
}

/** A line for each address of the app; of a guest without a name, how it gets one. */
export async function sayWhereItRuns(
  {
    stores: { database },
    launcher,
  }: { readonly stores: Stores; readonly launcher: Pick<Launcher, 'domain'> },
  context: OperationContext,
  { id, name }: FormationRecord,
  version: number,
): Promise<void> {
  const summary = (await readFormationSummaries(database, [id])).get(id);
  if (summary === undefined) return;
  const urls = formationUrls(name, summary, launcher.domain);
  if (urls.length === 0 && summary.host !== null && summary.domains.length === 0)
    context.line(`       ${name} answers to no name yet: deis domains:add NAME -f ${name}`);
  for (const url of urls) context.line(`       ${url} runs ${name} v${version}${onPaper(url)}`);
}

/** Of a URL that no browser reaches: its nodes are those of the provider mock. */
function onPaper(url: string): string {
  return isOnPaper({ address: new URL(url).hostname }) ? ' on paper: nothing answers there' : '';
}
