import { Conflict } from '../../../base/errors.js';
import { OperationFailure } from '../../operation/operation-errors.js';
import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';
import { groundOf, type FormationRecord } from '../../store/app/formation-store.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import type { Stores } from '../../store/stores.js';
import { waits } from '../context/deadlines.js';
import { requireSnapshot, workAt, type FormationWork } from '../context/formation-work.js';
import { ifItAnswers } from '../context/if-it-answers.js';
import { describeReport } from '../converge/converge-failure.js';
import { convergeNodes } from '../converge/converge-nodes.js';
import { convergeTarget } from '../converge/converge-target.js';
import { requireConverged } from '../converge/require-converged.js';
import { convergeFormer } from '../converge/tell-former.js';
import { wayTo } from '../databag/passed-on.js';
import { readyNodes } from '../databag/snapshot-view.js';
import type { Crossing } from '../deploy/deploy-work.js';
import type { MoveParams } from '../requests/kinds/move.js';
import { quotaThere } from './plan-move.js';

const httpPort = 80;

/**
 * What turns a deploy on the nodes of another host into a move there. Where it lives is one row, which changes in the
 * transaction that makes the new containers serve; the former host's proxies follow, and pass on.
 */
export function crossingOf(
  run: FormationWork,
  params: MoveParams,
  target: { readonly runs: boolean },
): Crossing {
  return {
    hosts: [params.from, params.to],
    cross: (stores, snapshot) => cross(run, params, target, stores, snapshot),
    passOn: (signal) => passOn(run, signal),
    crossBack: (stores) => crossBack(run, params, stores),
    takeBack: (signal) => takeBack(run, params, signal),
  };
}

/** @throws Conflict where there is nothing left to move to */
async function cross(
  { formationId }: FormationWork,
  { to, from, isBack }: MoveParams,
  { runs }: { readonly runs: boolean },
  stores: Stores,
  snapshot: FormationSnapshot,
): Promise<boolean> {
  if (groundOf(snapshot.formation) === to) return false;
  if (from === formationId) await requireNoOthers(stores, snapshot.formation);
  const where = snapshot.host?.name ?? `${snapshot.formation.name}'s own`;
  if (runs && readyNodes(snapshot, 'runtime').length === 0)
    throw new Conflict(`no runtime node of ${where} answers any more: nothing was moved`);
  if (readyNodes(snapshot, 'proxy').length === 0)
    throw new Conflict(`no proxy of ${where} answers any more: nothing was moved`);
  await stores.formations.setPlaces(formationId, {
    hostId: hostAt(formationId, to),
    formerHostId: from,
    vacantHostId: null,
    formerStay: { quota: snapshot.formation.quota, passedOn: isBack },
  });
  // On nodes of its own it keeps for its return what it may use on its host.
  if (to !== formationId) await stores.formations.setQuota(formationId, quotaThere(snapshot));
  return true;
}

/** @throws Conflict naming formations that live on the nodes that one is about to leave for those of another */
export async function requireNoOthers(
  { formations }: Pick<Stores, 'formations'>,
  { id, name }: Pick<FormationRecord, 'id' | 'name'>,
): Promise<void> {
  const others = (await formations.presentOn(id)).map((each) => each.name);
  if (others.length > 0)
    throw new Conflict(`${others.join(', ')} live on the nodes of ${name}, or move there: nothing was moved`);
}

/** Null: nodes of its own. */
function hostAt(formationId: number, groundId: number): number | null {
  return groundId === formationId ? null : groundId;
}

/** Each proxy of the former host sends what reaches it to those where the formation lives. */
async function passOn(run: FormationWork, signal: AbortSignal): Promise<void> {
  const { formation } = await requireSnapshot(run.parts.stores, run.formationId);
  if (formation.formerHostId === null) return;
  const place = { groundId: formation.formerHostId };
  const former = await requireSnapshot(run.parts.stores, run.formationId, [], place);
  await requireWay(run, former, signal);
  run.context.line(
    `-----> Passing on from ${readyNodes(former, 'proxy')
      .map(({ name }) => name)
      .join(', ')}`,
  );
  const reports = await convergeFormer(run, signal);
  requireConverged(run.context, 'proxies of the former host do not pass on', reports);
}

/** @throws OperationFailure naming a proxy of the former host that does not reach one of the new. */
async function requireWay(run: FormationWork, former: FormationSnapshot, signal: AbortSignal): Promise<void> {
  const ways = (former.newProxies ?? []).flatMap((node) => {
    const way = wayTo(node, httpPort);
    return way === undefined ? [] : [{ node, address: way.slice(0, way.lastIndexOf(':')) }];
  });
  if (ways.length === 0)
    throw new OperationFailure(
      'no proxy that a former host could pass on to is ready: nothing was moved',
      {},
    );
  const places = ways.map(({ address }) => ({ address, port: httpPort, sshPort: null }));
  const check = async (proxy: NodeRecord): Promise<void> => {
    const reaches = await ifItAnswers(signal, async () => {
      const { host } = await run.fleet.commands(convergeTarget(former, proxy), signal);
      return host.reach(places, { deadlineMs: waits.answer, signal });
    });
    const index = (reaches ?? []).findIndex(({ connects }) => connects === false);
    if (index === -1) return;
    const { node, address } = ways[index]!;
    throw new OperationFailure(
      `${proxy.name} cannot connect to port ${httpPort} of ${node.name} at ${address}, and could not pass on to it: ` +
        'open that port to it, then again',
      { node: node.name, proxy: proxy.name },
    );
  };
  await Promise.all(readyNodes(former, 'proxy').map(check));
}

/** As if it had never crossed, whichever attempt or operation has; nothing, where it has not. */
async function crossBack(
  { formationId }: FormationWork,
  { to, from, isBack, quota: asked }: MoveParams,
  stores: Stores,
): Promise<void> {
  const formation = await stores.formations.byId(formationId);
  if (formation === undefined || groundOf(formation) !== to) return;
  const { quota, passedOn } = formation.formerStay ?? { quota: asked, passedOn: isBack };
  const rest = passedOn
    ? { formerHostId: to, vacantHostId: null, formerStay: { quota: formation.quota, passedOn: false } }
    : { formerHostId: null, vacantHostId: to, formerStay: null };
  await stores.formations.setPlaces(formationId, { hostId: hostAt(formationId, from), ...rest });
  await stores.formations.setQuota(formationId, quota);
  await stores.formations.bumpGeneration(formationId);
}

/** The proxies of the host that it came from serve by themselves again. One that cannot be told now is named. */
async function takeBack(run: FormationWork, { from }: MoveParams, signal: AbortSignal): Promise<void> {
  const home = await workAt(run, { groundId: from }, signal);
  const reports = await convergeNodes(home, {
    nodes: (snapshot) => readyNodes(snapshot, 'proxy'),
    action: 'undo',
    deadlineMs: waits.switch,
    signal,
  });
  for (const report of reports)
    if (report.outcome !== 'ok')
      run.context.line(` !     Could not be put back now: ${describeReport(report)}`);
}
