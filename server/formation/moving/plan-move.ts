import { isOfKind } from '../../../cookbooks/layer-kind.js';
import type { FormationSnapshot, SnapshotRelease } from '../../store/app/formation-snapshot.js';
import type { Quota } from '../../store/app/quota.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import { wayTo } from '../databag/passed-on.js';
import { openNodes, readyNodes } from '../databag/snapshot-view.js';
import { quotaProblem, sharesOf } from '../placement/quota.js';
import { roomProblem } from '../placement/room-on-nodes.js';
import { wantedContainers } from '../placement/wanted-containers.js';
import { quotaOf } from '../sharing/set-quota.js';

/** Where proxies listen for what is passed on to them. */
const port = 80;

/**
 * Why a formation cannot move to the nodes that the snapshot has, a host's or its own, and what to do; undefined where
 * it can.
 * @param target the release that is to serve there; undefined: it has none with a build
 * @param quota what it may use there
 */
export function moveProblem(
  snapshot: FormationSnapshot,
  target: SnapshotRelease | undefined,
  quota: Quota,
): string | undefined {
  const { formation } = snapshot;
  const { name: host, proxySettings } = snapshot.host ?? formation;
  if (formation.proxySettings.mode === 'tcp')
    return (
      `${formation.name} takes connections of TCP, which proxies that it leaves could not pass on: make another one ` +
      `there, \`deis create NAME --${snapshot.host === undefined ? 'own-nodes' : `on=${host}`}\`, push to it, ` +
      'and attach to that one'
    );
  const at = `--formation=${host}`;
  const proxies = readyNodes(snapshot, 'proxy');
  if (proxySettings.proxyProtocol === true)
    return (
      `the proxies of ${host} expect the PROXY protocol, which those of another formation do not speak to them: ` +
      'what reaches these could not be passed on'
    );
  if (proxies.length === 0 && snapshot.host === undefined) return noOwnNodes(snapshot);
  if (proxies.length === 0)
    return `${host} has no proxy that is ready: give it one first, e.g. \`deis layers:scale proxy=1 ${at}\``;
  const deaf = proxies.find((node) => wayTo(node, port) === undefined);
  if (deaf !== undefined)
    return `${deaf.name} of ${host} has no IPv4 address, so that other proxies cannot pass on to it`;
  if (!target?.build) return undefined;
  if (openNodes(snapshot).length === 0)
    return (
      `${host} has no runtime node that takes containers: give it one first, e.g. ` +
      `\`deis layers:scale runtime=1 ${at}\``
    );
  const wanted = wantedContainers(formation.scale, target.build);
  const names = { guest: formation.name, host, quota };
  return roomProblem(snapshot, wanted) ?? quotaProblem(names, sharesOf(wanted, target), []);
}

/**
 * What it may use where it moves to, the snapshot's place: on nodes of its own all of these, on the host that it has
 * left and goes back to what it had there, on another what new guests may.
 */
export function quotaThere({ formation, host }: Pick<FormationSnapshot, 'formation' | 'host'>): Quota {
  if (host === undefined) return {};
  const { hostId, formerHostId, formerStay, quota } = formation;
  // Nodes of its own are under no quota: it has kept that of the host.
  if (hostId === null) return quota;
  return (formerHostId === host.id ? formerStay?.quota : undefined) ?? quotaOf(host.guestQuota);
}

/** A guest that has no node yet to move to, or none that is ready. */
function noOwnNodes({ formation: { name }, layers }: FormationSnapshot): string {
  const [layer] = layers.filter(({ kind }) => isOfKind(kind, 'proxy'));
  const at = layer?.name ?? 'box';
  const scale = `\`deis layers:scale ${at}=1 -f ${name}\``;
  const adopt = `or for a server that is there \`deis nodes:create ADDRESS --layer=${at} -f ${name}\``;
  const make = `\`deis layers:create box FLAVOR -f ${name}\`, then `;
  return (
    `${name} has no proxy of its own that is ready, and could not be reached there: ` +
    `${layer === undefined ? make : ''}${scale}, ${adopt}`
  );
}

/** What is left to do for the names of a formation that has moved, for its people. */
export function afterMove(move: {
  readonly formation: string;
  /** Name of the host; null: nodes of its own. */
  readonly from: string | null;
  /** All that it answers to. */
  readonly names: readonly string[];
  /** Ready proxies of both hosts. */
  readonly old: readonly NodeRecord[];
  readonly now: readonly NodeRecord[];
}): string[] {
  const { formation, from, names, old, now } = move;
  const [former, back] = from === null ? ['its own nodes', '--off'] : [from, `--on=${from}`];
  const finish = `deis formations:move ${formation} --finish`;
  if (names.length === 0)
    return [`it has no name that leads anywhere. What is left of it on ${former} goes with: ${finish}`];
  return [
    `the proxies of ${former} pass on what still reaches them. In the DNS, point ${names.join(', ')} at ` +
      `${publicAddresses(now).join(', ')} (until now ${publicAddresses(old).join(', ')})`,
    `once that has been so for as long as the records' TTL: ${finish}`,
    `back again: deis formations:move ${formation} ${back}; to stay nothing is to be done`,
  ];
}

/** As the DNS is to have them. */
export function publicAddresses(nodes: readonly Pick<NodeRecord, 'address'>[]): string[] {
  return [...new Set(nodes.map(({ address }) => address).filter((each) => each !== null))].sort();
}
