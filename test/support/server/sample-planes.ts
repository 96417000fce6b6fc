import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from '../../../base/secret.js';
import type { HostFacts } from '../../../provisioner/hosts/host-facts.js';
import { checkPlanes, type ReadPlanes } from '../../../server/install/file/read-plane-file.js';
import type { FoundOnHost } from '../../../server/install/look-at-host.js';
import type { PlaneKnowledge } from '../../../server/install/plane-of-stage.js';
import { projectRoot } from '../source/source-imports.js';

/** Text of an example of examples/planes/, without `.yaml`. */
export function examplePlanes(name: string): string {
  return readFileSync(join(projectRoot, 'examples', 'planes', `${name}.yaml`), 'utf8');
}

/** A host that has all that a control plane needs. */
export const goodFacts: HostFacts = {
  os: 'debian',
  osVersion: '12',
  arch: 'x86_64',
  init: 'systemd',
  hasApt: true,
  cgroups: { version: 2, controllers: ['cpu', 'memory', 'pids'] },
  diskKiB: 50 * 1024 ** 2,
  memoryKiB: 4 * 1024 ** 2,
  ports: [22],
  isRemembered: false,
  formation: null,
};

/** The secret words of sample planes, which no text for people may have. */
export const sampleSecrets = ['database-word', 'tls-word', 's3-word', 'master-word'] as const;

/** What is known of an example when nothing is installed yet. */
export function sampleKnowledge(
  text: string,
  found: Partial<FoundOnHost> = {},
  isPlan = true,
): PlaneKnowledge {
  const file = checkPlanes('planes.yaml', text);
  const settings = Object.fromEntries(
    Object.entries(file.settings).map(([name, value]) => [
      name,
      new Secret(typeof value === 'object' ? 's3-word' : String(value)),
    ]),
  );
  const planes: ReadPlanes = {
    file,
    settings,
    sshKey: new Secret('none'),
    certificate: { chain: 'chain\n', key: new Secret('tls-word') },
  };
  const host = { facts: goodFacts, found: { parts: [], releases: [], ...found } };
  return {
    planes,
    hosts: new Map(Object.keys(file.hosts).map((name) => [name, host])),
    release: { name: '1.0.0-abc-node-22.12.0', tarball: '/var/lib/deis-install/x.tgz', sha256: '-' },
    password: new Secret('database-word'),
    isPlan,
  };
}
