import assert from 'node:assert/strict';
import type { NamedContainer, TrafficReading } from '../../../../provisioner/node-commands/measures.js';
import { apart, hasOthers } from '../../../../server/measures/apart.js';
import type { ReadNow } from '../../../../server/measures/take-measure.js';

const traffic = (count: number): TrafficReading => ({ statuses: { 2: count }, took: { 5: count } });
const container = (id: string, formation: string): [string, NamedContainer] => [
  id,
  { id, formation, process: 'web.1', release: 1, port: 5000 },
];
const read = (more: Partial<ReadNow> = {}, guests?: readonly [string, TrafficReading][]): ReadNow => ({
  at: new Date(0),
  host: {
    containers: [],
    disks: [{ mount: '/', bytes: 2, used: 1 }],
    machine: { memory: 2, used: 1, cpus: 1, cpuMicroseconds: 1 },
    traffic: traffic(1),
    ...(guests === undefined ? {} : { guests: new Map(guests) }),
  },
  named: new Map(),
  restartsOf: () => 0,
  ...more,
});
const platform = { id: 1, name: 'platform', hostId: null };
const guest = (id: number, name: string, hostId = 1) => ({ id, name, hostId });

describe('what was read of a node with guests', () => {
  it('is of each its own containers and requests, and of the host the disks and the machine', () => {
    const named = new Map([container('a', 'platform'), container('b', 'shop')]);
    const all = apart(
      platform,
      [guest(2, 'shop'), guest(3, 'blog')],
      read({ named }, [
        ['shop', traffic(7)],
        ['gone', traffic(9)],
      ]),
    );
    assert.deepEqual(
      all.map(({ formationId, read: { host, named: own } }) => [
        formationId,
        [...own.keys()],
        host.traffic?.statuses['2'],
        host.disks.length,
        host.machine?.memory,
        'guests' in host,
      ]),
      [
        [1, ['a'], 1, 1, 2, false],
        [2, ['b'], 7, 0, undefined, false],
        [3, [], undefined, 0, undefined, false],
      ],
    );
  });

  it('counts no request twice that is passed on to where the guest lives now', () => {
    const [, former, current] = apart(
      platform,
      [guest(2, 'shop', 9), guest(3, 'blog')],
      read({}, [
        ['shop', traffic(7)],
        ['blog', traffic(8)],
      ]),
    );
    assert.deepEqual([former?.read.host.traffic, current?.read.host.traffic], [undefined, traffic(8)]);
  });

  it('is looked at apart only where there is anything of others', () => {
    const named = new Map([container('a', 'platform')]);
    assert.equal(hasOthers(read({ named }), 'platform'), false);
    assert.equal(hasOthers(read({ named }), 'shop'), true);
    assert.equal(hasOthers(read(), 'platform'), false);
    assert.equal(hasOthers(read({}, []), 'platform'), false);
    assert.equal(hasOthers(read({}, [['shop', traffic(1)]]), 'platform'), true);
  });
});
