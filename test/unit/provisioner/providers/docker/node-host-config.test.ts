import assert from 'node:assert/strict';
import type Docker from 'dockerode';
import { Secret } from '../../../../../base/secret.js';
import { nodeContainer, type NodePlace } from '../../../../../provisioner/providers/docker/node-container.js';
import {
  nodeHostConfig,
  readCgroupVersion,
  type CgroupVersion,
} from '../../../../../provisioner/providers/docker/node-host-config.js';

/** What the engine's API knows beyond its published types. */
type HostConfig = Docker.HostConfig & { CgroupnsMode?: string };

const spec = (cgroup: CgroupVersion): { Cmd?: string[] | undefined; HostConfig?: HostConfig | undefined } => {
  const place: NodePlace = {
    instance: 'a1b2c3d4',
    image: 'deis/node:trixie',
    network: 'n-1',
    address: '172.30.0.2',
    cgroup,
  };
  return nodeContainer(
    {
      formation: 'peachy-waxworks',
      formationId: '1',
      layer: 'runtime',
      kind: 'runtime',
      params: {},
      uuid: 'u-1',
      name: 'peachy-waxworks-runtime-1',
      num: 1,
      userData: new Secret(''),
      taken: [],
      journal: { last: null, save: async () => undefined },
    },
    { memory: '512m', cpus: 0.5 },
    place,
  );
};

describe('what a docker node is given of its host', () => {
  for (const version of ['1', '2'] as const)
    it(`is a branch of the control groups of its own on version ${version}, which it makes writable`, () => {
      const { Cmd, HostConfig } = spec(version);
      const [shell, option, program = ''] = Cmd ?? [];
      assert.deepEqual([shell, option], ['/bin/sh', '-c']);
      assert.match(program, /mount -o remount,(bind,)?rw .*exec \/sbin\/init$/);
      assert.equal(HostConfig?.Binds, undefined);
      assert.equal(HostConfig?.CgroupnsMode, 'private');
      assert.deepEqual([HostConfig?.Memory, HostConfig?.NanoCpus], [512 * 1024 ** 2, 5e8]);
    });

  it('is no capability but those that something fails without', () => {
    const { CapAdd = [], CapDrop } = nodeHostConfig();
    assert.deepEqual(CapDrop, ['ALL']);
    assert.ok(CapAdd.includes('SYS_ADMIN'), 'it may mount');
    for (const refused of ['DAC_READ_SEARCH', 'SYS_BOOT', 'SYS_MODULE', 'SYS_RAWIO', 'MAC_ADMIN'])
      assert.ok(!CapAdd.includes(refused), refused);
  });

  const answers: readonly [info: object, version: CgroupVersion][] = [
    [{ CgroupVersion: '2' }, '2'],
    [{ CgroupVersion: '1' }, '1'],
    // Engines before 20.10 do not say it; they know version 1 alone.
    [{}, '1'],
  ];
  for (const [info, version] of answers) {
    it(`is of version ${version} where the engine says ${JSON.stringify(info)}`, async () => {
      assert.equal(await readCgroupVersion({ info: async () => info } as unknown as Docker), version);
    });
  }
});
