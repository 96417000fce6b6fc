import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { dockerRecipe } from '../../../../../cookbooks/deis/recipes/docker.js';
import { osReleasePath, type ReleasedSystem } from '../../../../support/nodes/os-release.js';
import { sampleDatabag, sampleNode } from '../../../../support/nodes/sample-databag.js';

describe('recipe deis::docker', () => {
  const resources = dockerRecipe(sampleNode(), sampleDatabag());
  const command = resources.find(({ name }) => name === 'docker-cli');

  const wanted: readonly [system: ReleasedSystem, isApart: boolean][] = [
    ['debian-12', false],
    ['debian-13', true],
    ['debian-testing', true],
    ['ubuntu-22.04', false],
    ['ubuntu-24.04', false],
  ];
  for (const [system, isApart] of wanted) {
    const title = isApart ? 'installs the docker command apart from' : 'has the docker command with';
    it(`${title} the engine on ${system}`, () => {
      const [program, ...args] = command!.onlyIf!;
      assert.equal(args.pop(), '/etc/os-release');
      const { status, stderr } = spawnSync(program!, [...args, osReleasePath(system)], { encoding: 'utf8' });
      assert.deepEqual([status === 0, stderr], [isApart, '']);
    });
  }

  it('leaves a docker command that is there already alone, of whatever package', () => {
    assert.deepEqual(command!.notIf, ['test', '-x', '/usr/bin/docker']);
  });

  it('has the command after the engine and before its service', () => {
    const at = (name: string): number => resources.findIndex((resource) => resource.name === name);
    assert.ok(at('docker.io') < at('docker-cli') && at('docker-cli') < at('docker'));
  });
});
