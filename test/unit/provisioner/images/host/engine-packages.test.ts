import assert from 'node:assert/strict';
import { enginePackages } from '../../../../../provisioner/images/host/engine-packages.js';
import { osRelease, type ReleasedSystem } from '../../../../support/nodes/os-release.js';

describe("the packages of a host's Docker engine", () => {
  const wanted: readonly [system: ReleasedSystem, names: readonly string[]][] = [
    ['debian-12', ['docker.io']],
    ['debian-13', ['docker.io', 'docker-cli']],
    ['debian-testing', ['docker.io', 'docker-cli']],
    ['ubuntu-22.04', ['docker.io']],
    ['ubuntu-24.04', ['docker.io']],
  ];
  for (const [system, names] of wanted)
    it(`are ${names.join(' and ')} on ${system}`, () =>
      assert.deepEqual(
        enginePackages(osRelease(system)).map(({ name }) => name),
        names,
      ));
});
