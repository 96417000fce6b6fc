import { Conflict } from '../../../base/errors.js';
import { Secret } from '../../../base/secret.js';
import type { OneOff } from '../../../provisioner/node-commands/one-off.js';
import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import type { RunRecord } from '../../store/app/run-store.js';
import type { UserRecord } from '../../store/people/user-store.js';
import { databagRelease } from '../databag/databag-release.js';
import type { FormationParts } from '../context/formation-parts.js';
import { requireSnapshot } from '../context/formation-work.js';
import { oneOffLimits, requireOneOffRoom } from './one-off-limits.js';
import type { RunLocation } from './remove-run.js';
import { layerOf, liveRelease, readyNodes } from '../databag/snapshot-view.js';

/** What somebody asks to be run. */
export interface RunRequest {
  readonly user: Pick<UserRecord, 'id' | 'username'>;
  /** For a shell; or a process type, whose command it stands for. */
  readonly command: string;
  /** Wins over the app's config. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

/** A run that has its number and its node, and no container yet. */
export interface PreparedRun extends RunLocation {
  readonly oneOff: OneOff;
}

/**
 * Chooses where to run and writes it down, so that no container is ever unknown. @throws Conflict when
 * nothing is deployed yet, or no node runs it, or no more may run at once
 */
export async function prepareRun(
  parts: FormationParts,
  formation: FormationRecord,
  { user, command: asked, environment }: RunRequest,
  detached: boolean,
): Promise<PreparedRun> {
  const snapshot = await requireSnapshot(parts.stores, formation.id);
  const live = liveRelease(snapshot);
  const release = live && databagRelease(live);
  if (live === undefined || !release?.build)
    throw new Conflict('nothing is deployed yet: push code with `git push deis HEAD:master` first');
  const node = chooseNode(snapshot, live.id);
  const command = commandOf(asked, release.build.procfile);
  const id = parts.newId();
  const name = `${formation.name}-run-${id.slice(0, 8)}`;
  const record: RunRecord = await parts.stores.withFormationLock(formation.id, async (stores) => {
    await requireOneOffRoom(stores, snapshot, user, parts.settings.runs);
    return stores.runs.insert({
      id,
      formationId: formation.id,
      nodeId: node.id,
      container: name,
      command: new Secret(asked),
      detached,
      requestedBy: user.id,
    });
  });
  const oneOff = {
    formation: formation.name,
    host: snapshot.host?.name,
    release: { ...release, build: release.build },
    name,
    command,
    process: `run.${record.num}`,
    limits: oneOffLimits(snapshot, asked, live.limits),
    ...(environment === undefined ? {} : { environment }),
  };
  return { record, node, layer: layerOf(snapshot, node), oneOff };
}

/** A process type of the Procfile stands for its command. */
function commandOf(asked: string, procfile: Readonly<Record<string, string>>): string {
  return Object.hasOwn(procfile, asked) ? (procfile[asked] ?? asked) : asked;
}

/** The node that has fewest containers, of those that have the release: its slug lies there. */
function chooseNode(snapshot: FormationSnapshot, releaseId: number): NodeRecord {
  const count = (node: NodeRecord): number =>
    snapshot.containers.filter(({ nodeId }) => nodeId === node.id).length;
  const has = (node: NodeRecord): boolean =>
    snapshot.containers.some(
      (container) =>
        container.nodeId === node.id && container.releaseId === releaseId && container.state === 'serving',
    );
  const [node] = readyNodes(snapshot, 'runtime')
    .filter(has)
    .sort((a, b) => count(a) - count(b));
  if (node === undefined)
    throw new Conflict('no node runs the live release: scale it up with `deis scale web=1` first');
  return node;
}
