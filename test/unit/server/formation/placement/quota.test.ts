import assert from 'node:assert/strict';
import type { ImageBuild } from '../../../../../server/store/app/builds/build-store.js';
import { build, container, node, runtime, snapshot } from '../../../../support/server/formation-snapshots.js';
import {
  guestProblem,
  quotaProblem,
  sharesOf,
  used,
} from '../../../../../server/formation/placement/quota.js';

const megabyte = 2 ** 20;
const none = { limits: {}, build: null };
type Limits = Parameters<typeof sharesOf>[1]['limits'];

describe('the quota of a guest', () => {
  const ask = (
    quota: Parameters<typeof quotaProblem>[0]['quota'],
    wanted: Record<string, number>,
    {
      limits = {},
      serving = {},
      slugSize = 10,
    }: { limits?: Limits; serving?: Record<string, number>; slugSize?: number } = {},
  ) =>
    quotaProblem(
      { guest: 'shop', host: 'platform', quota },
      sharesOf(new Map(Object.entries(wanted)), { limits, build: { ...build('b1'), slugSize } }),
      sharesOf(new Map(Object.entries(serving)), { limits, build: null }),
    );
  const web = { memory: 512 * megabyte, cpus: 0.5 };

  it('is none by default, and lets in what fits', () => {
    assert.equal(ask({}, { web: 500 }), undefined);
    assert.equal(ask({ containers: 3 }, { web: 2, worker: 1 }), undefined);
    assert.equal(ask({ memory: 1024 * megabyte, cpus: 1 }, { web: 2 }, { limits: { web } }), undefined);
  });

  it('says what it is, what it would be, and whom to ask', () => {
    assert.equal(
      ask({ containers: 1 }, { web: 2, worker: 1 }),
      'shop may use 1 container on the nodes of platform, and this would be 3 containers: ' +
        'ask those who run platform for more, or use less',
    );
    assert.match(
      ask({ memory: 1024 * megabyte }, { web: 3 }, { limits: { web } }) ?? '',
      /may use 1024 MB of memory .* would be 1536 MB of memory/,
    );
    assert.match(ask({ cpus: 1 }, { web: 3 }, { limits: { web } }) ?? '', /1 core on .* 1\.5 cores/);
  });

  it('asks for a limit of each type that it could not count', () => {
    assert.match(
      ask({ memory: megabyte }, { web: 1, worker: 1 }, { limits: { web } }) ?? '',
      /worker has no limit.*`deis limits:set worker=512M`/,
    );
    assert.match(ask({ cpus: 1 }, { web: 1 }) ?? '', /`deis limits:set --cpu web=0\.5`/);
  });

  it('stops growth, not the deploys of what serves already', () => {
    assert.equal(ask({ containers: 1 }, { web: 3 }, { serving: { web: 3 } }), undefined);
    assert.equal(ask({ containers: 1 }, { web: 2 }, { serving: { web: 3 } }), undefined);
    assert.ok(ask({ containers: 1 }, { web: 4 }, { serving: { web: 3 } }));
    assert.equal(ask({ memory: megabyte }, { web: 3 }, { limits: { web }, serving: { web: 3 } }), undefined);
    assert.equal(ask({ memory: megabyte }, { web: 1 }, { serving: { web: 1 } }), undefined);
    assert.ok(ask({ memory: megabyte }, { web: 2 }, { serving: { web: 1 } }));
  });

  it('lets nothing grow while a type without a limit serves', () => {
    const serving = [
      { type: 'web', count: 1 },
      { type: 'worker', count: 1, limits: web },
    ];
    const ask = (wanted: Parameters<typeof quotaProblem>[1]) =>
      quotaProblem({ guest: 'shop', host: 'platform', quota: { memory: megabyte } }, wanted, serving);
    const limited = (type: string, count: number, memory = web.memory) => ({
      type,
      count,
      limits: { memory },
    });
    assert.equal(ask([limited('web', 1), limited('worker', 1)]), undefined);
    assert.match(ask([limited('web', 9), limited('worker', 1)]) ?? '', /would be 5120 MB of memory/);
    assert.match(ask([limited('web', 1), limited('worker', 1, 2 ** 30)]) ?? '', /would be 1536 MB/);
    assert.match(ask([limited('web', 1), limited('clock', 1)]) ?? '', /would be 1024 MB/);
    assert.match(
      ask([
        { type: 'web', count: 1 },
        { type: 'worker', count: 1 },
      ]) ?? '',
      /has no limit.*`deis limits:set/,
      'worker had one',
    );
    assert.equal(ask([{ type: 'web', count: 1 }]), undefined);
  });

  it('counts the slug or image of a release once for each container', () => {
    const slugSize = 100 * megabyte;
    assert.equal(ask({ disk: 300 * megabyte }, { web: 2, worker: 1 }, { slugSize }), undefined);
    assert.match(
      ask({ disk: 300 * megabyte }, { web: 3, worker: 1 }, { slugSize }) ?? '',
      /may use 300 MB of disk on the nodes of platform, and this would be 400 MB of disk/,
    );
    const image = { kind: 'image' as const, reference: 'shop:1', digest: 'sha256:1', port: null };
    const shares = (size: number | null) =>
      sharesOf(new Map([['web', 2]]), {
        limits: {},
        build: { ...build('b1'), ...image, size } as ImageBuild,
      });
    assert.deepEqual([used(shares(30), 'disk'), used(shares(null), 'disk')], [60, 0]);
  });

  it('counts in hundredths of a core', () => {
    assert.equal(
      used(sharesOf(new Map([['web', 3]]), { limits: { web: { cpus: 0.1 } }, build: null }), 'cpus'),
      0.3,
    );
    assert.equal(used(sharesOf(new Map([['web', 3]]), none), 'memory'), Infinity);
    assert.equal(used(sharesOf(new Map([['web', 0]]), none), 'memory'), 0);
    assert.equal(used([], 'memory'), 0);
  });

  it('is of formations that live on others alone, and counts what serves with the limits it was started with', () => {
    const serving = [1, 2].map((num) =>
      container('app-runtime-1', 'web', num, 5000 + num, 'serving', 1, num),
    );
    const base = snapshot({ nodes: [node(runtime, 1)], containers: serving });
    const guest = { ...base, formation: { ...base.formation, quota: { containers: 1 } } };
    const host = { ...base.formation, name: 'platform' };
    assert.equal(guestProblem(guest, new Map([['web', 9]]), none), undefined);
    assert.match(
      guestProblem({ ...guest, host }, new Map([['web', 9]]), none) ?? '',
      /1 container on the nodes of platform, and this would be 9 containers/,
    );
    assert.equal(guestProblem({ ...guest, host }, new Map([['web', 2]]), none), undefined);
  });
});
