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

describe('what a docker node is given of the control groups', () => {
  it('is the hierarchy of the host on version 1, shared and writable', () => {
    const { Cmd, HostConfig } = spec('1');
    assert.deepEqual(Cmd, ['/sbin/init']);
    assert.deepEqual(HostConfig?.Binds, ['/sys/fs/cgroup:/sys/fs/cgroup:rw']);
    assert.equal(HostConfig?.CgroupnsMode, 'host');
  });

  it('is a namespace of its own on version 2, which it makes writable before systemd starts', () => {
    const { Cmd, HostConfig } = spec('2');
    assert.deepEqual(Cmd, ['/bin/sh', '-c', 'mount -o remount,rw /sys/fs/cgroup && exec /sbin/init']);
    assert.equal(HostConfig?.Binds, undefined);
    assert.equal(HostConfig?.CgroupnsMode, 'private');
    assert.ok(HostConfig?.CapAdd?.includes('SYS_ADMIN'), 'it may mount');
  });

  it('differs in nothing else', () => {
    const rest = (version: CgroupVersion): object => ({
      ...nodeHostConfig(version),
      Binds: null,
      CgroupnsMode: null,
    });
    assert.deepEqual(rest('1'), rest('2'));
    assert.deepEqual([spec('2').HostConfig?.Memory, spec('2').HostConfig?.NanoCpus], [512 * 1024 ** 2, 5e8]);
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
