import type { FormationRecord } from '../store/app/formation-store.js';
import type { ReadNow } from './take-measure.js';

type Present = Pick<FormationRecord, 'id' | 'name' | 'hostId'>;

/** What was read of a node as one formation's. */
export interface ReadOf {
  readonly formationId: number;
  readonly read: ReadNow;
}

/** Whether anything of others than the node's own formation was read there. */
export function hasOthers({ named, host: { guests } }: ReadNow, own: string | undefined): boolean {
  return (guests?.size ?? 0) > 0 || [...named.values()].some(({ formation }) => formation !== own);
}

/**
 * What was read of a node as its own formation's, and as that of each of these guests. Requests are counted where a
 * guest lives: what proxies of its former host pass on is counted there, too. Disks and the machine are the host's.
 */
export function apart(
  host: Pick<Present, 'id' | 'name'>,
  guests: readonly Present[],
  read: ReadNow,
): ReadOf[] {
  const only = (name: string): ReadNow['named'] =>
    new Map([...read.named].filter(([, { formation }]) => formation === name));
  const { guests: traffic, ...own } = read.host;
  const ofGuest = ({ id, name, hostId }: Present): ReadOf => {
    const counted = hostId === host.id ? traffic?.get(name) : undefined;
    const shared = { ...own, disks: [], machine: undefined, traffic: counted };
    return { formationId: id, read: { ...read, host: shared, named: only(name) } };
  };
  return [
    { formationId: host.id, read: { ...read, host: own, named: only(host.name) } },
    ...guests.map(ofGuest),
  ];
}
