import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { productFolders, projectRoot, sourceFiles } from '../support/source/source-imports.js';

const domain = ['server/formation', 'server/operation', 'server/store'];
/**
 * What the server may know of the provisioner: contracts, commands for nodes, SSH; not how an engine or a
 * cloud does it.
 */
const contracts = ['provisioner/*', 'provisioner/hosts', 'provisioner/node-commands', 'provisioner/ssh'];
const lower = ['base', 'cookbooks', ...contracts, 'server/observe', 'server/operation', 'server/store'];
const of = (...rooms: readonly string[]): string[] => rooms.map((room) => `server/formation/${room}`);

/**
 * Every room, and every file that stands beside rooms, with what it may import of the project apart from
 * itself and the rooms inside it. A name stands for all that is below it, `name/*` for its own files alone.
 * Data flows one way: cli -> HTTP -> server -> provisioner -> cookbooks -> templates, base.
 */
const arrows: Readonly<Record<string, readonly string[]>> = {
  base: [],
  templates: [],
  cookbooks: ['base', 'templates'],
  'provisioner/ssh': ['base'],
  'provisioner/engine.ts': ['base', 'cookbooks', 'provisioner/ssh'],
  'provisioner/recording-engine.ts': ['cookbooks', 'provisioner/engine.ts'],
  'provisioner/converge': ['base', 'cookbooks', 'provisioner/engine.ts', 'provisioner/ssh', 'templates'],
  'provisioner/hosts': ['base', 'cookbooks', 'provisioner/ssh'],
  'provisioner/node-commands': [
    'base',
    'cookbooks',
    'provisioner/converge/resource-helpers/container-body.ts',
    'provisioner/converge/resource-helpers/container-files.ts',
    'provisioner/hosts',
    'provisioner/ssh',
  ],
  'provisioner/paper/paper-address.ts': ['provisioner/ssh'],
  'provisioner/paper': [
    'base',
    'provisioner/engine.ts',
    'provisioner/hosts',
    'provisioner/node-commands',
    'provisioner/recording-engine.ts',
    'provisioner/ssh',
  ],
  'provisioner/images': [
    'base',
    'cookbooks',
    'provisioner/providers/docker/docker-labels.ts',
    'provisioner/providers/docker/node-host-config.ts',
  ],
  'provisioner/providers': ['base', 'cookbooks', 'provisioner/images', 'provisioner/*'],
  provisioner: ['base', 'cookbooks'],

  'server/store/postgres': ['base', 'server/free-port.ts', 'server/store/database-loss.ts'],
  'server/store/sealing': ['base', 'server/store/*'],
  'server/store/people': ['base', 'server/store/*', 'server/store/sealing'],
  'server/store/operations': ['base', 'server/store/*'],
  'server/store/infrastructure': ['base', 'cookbooks', 'server/store/*', 'server/store/sealing'],
  'server/store/app': [
    'base',
    'cookbooks',
    'server/store/*',
    'server/store/infrastructure',
    'server/store/people',
    'server/store/sealing',
  ],
  'server/store': ['base', 'cookbooks', 'server/free-port.ts'],
  'server/observe': [],
  'server/same-text.ts': [],
  'server/metrics': ['base', 'server/observe', 'server/same-text.ts', 'server/store'],
  'server/measures': ['base', 'provisioner/node-commands', 'provisioner/ssh', 'server/store'],
  'server/alerts': [
    'base',
    'server/mail-address.ts',
    'server/remote/remote-networks.ts',
    'server/remote/remote-refusal.ts',
    'server/measures',
    'server/store',
  ],
  'server/operation': ['base', 'server/observe', 'server/store'],
  'server/schedule': ['base', 'server/operation', 'server/store'],
  'server/blobs': ['base'],
  'server/slug': ['base', 'server/blobs', 'server/store'],
  'server/registry': ['base', 'cookbooks/recipe.ts', 'server/blobs', 'server/store'],
  'server/health': ['base', 'provisioner/ssh'],
  'server/log': ['base', 'cookbooks', 'server/observe', 'server/store/*', 'templates'],

  'server/drains': [
    'base',
    'server/acme/protocol/retry-after.ts',
    'server/formation/logs/drain-url.ts',
    'server/formation/logs/drains.ts',
    'server/log',
    'server/remote/remote-networks.ts',
    'server/store/*',
    'server/store/drains/drain-store.ts',
  ],
  'server/certificates': ['base'],
  'server/acme/protocol': ['base', 'server/certificates'],
  'server/acme/preflight': ['base'],
  'server/acme/decisions': ['server/acme/protocol'],
  'server/acme': [
    'base',
    'server/certificates',
    'server/store',
    ...of('context', 'databag', 'proxies', 'requests'),
  ],

  'server/formation/sharing': ['base', 'server/store', ...of('requests')],
  'server/formation/databag': ['base', 'cookbooks', 'server/store'],
  'server/formation/placement': ['base', 'cookbooks', 'server/store', ...of('databag')],
  'server/formation/context': [...lower, ...of('databag')],
  'server/formation/requests': [...lower, ...of('context', 'databag')],
  'server/formation/buildpacks': [...lower, ...of('context', 'requests')],
  'server/formation/converge': [...lower, ...of('context', 'databag')],
  'server/formation/nodes': [
    ...lower,
    ...of('context', 'converge', 'databag', 'placement', 'requests', 'sharing'),
  ],
  'server/formation/releases': [...lower, ...of('context', 'databag', 'placement', 'requests')],
  'server/formation/logs': [
    ...lower,
    'server/remote/remote-refusal.ts',
    ...of('context', 'converge', 'databag'),
  ],
  'server/formation/proxies': [
    ...lower,
    'server/certificates',
    ...of('context', 'converge', 'databag', 'requests'),
  ],
  'server/formation/runs': [...lower, ...of('context', 'converge', 'databag', 'nodes')],
  'server/formation/release-phase': [...lower, ...of('context', 'converge', 'databag', 'runs')],
  'server/formation/services': [...lower, ...of('context', 'databag', 'releases', 'requests')],
  'server/formation/deploy': [
    ...lower,
    ...of('context', 'converge', 'databag', 'nodes', 'placement', 'proxies'),
    ...of('release-phase', 'releases', 'requests', 'services'),
  ],
  'server/formation/moving': [
    ...lower,
    ...of('context', 'converge', 'databag', 'deploy', 'placement', 'requests', 'sharing'),
  ],
  'server/formation/layers': [
    ...lower,
    ...of('context', 'converge', 'databag', 'deploy', 'nodes', 'placement', 'requests', 'sharing'),
  ],
  'server/formation/upgrades': [
    ...lower,
    ...of('context', 'converge', 'databag', 'deploy', 'nodes', 'placement', 'requests'),
  ],
  'server/formation': lower,

  'server/git/repository': ['base', 'provisioner/run-aside.ts'],
  'server/git': [
    'base',
    'server/blobs',
    'provisioner/ssh',
    'server/operation/output/clean-line.ts',
    'server/store',
    'server/formation/releases/choose-rollback.ts',
    ...of('requests', 'sharing'),
  ],
  'server/builder/runtimes': ['base', 'server/blobs', 'server/slug', 'server/builder/toolchains'],
  'server/builder/toolchains': ['base'],
  'server/builder/plan': [
    'base',
    'server/formation/requests/process-types/parse-procfile.ts',
    'server/formation/requests/process-types/process-type.ts',
    ...of('buildpacks'),
    'server/builder/runtimes',
    'server/builder/toolchains',
  ],
  'server/builder/failure': ['base'],
  'server/builder/containers': [
    'server/builder/toolchains',
    'base',
    'server/builder/plan',
    'server/builder/runtimes',
    'server/blobs/durable-file.ts',
    'server/git',
    'server/operation/output/clean-line.ts',
    'server/operation/output/output-lines.ts',
    'server/operation/output/shown-lines.ts',
    ...of('buildpacks'),
    'provisioner/build-firewall.ts',
  ],
  'server/builder/keep': [
    'base',
    'server/builder/containers',
    'server/builder/toolchains',
    'server/git/repository/git-program.ts',
    'server/store',
    ...of('buildpacks'),
  ],
  'server/builder/watch': [
    'base',
    'server/builder/containers',
    'server/builder/failure',
    'server/git/limit-guard.ts',
    'server/git/repository',
    'server/operation/output/clean-line.ts',
  ],
  'server/builder/dockerfile': [
    'base',
    'server/builder/containers',
    'server/builder/watch',
    'server/git',
    'server/registry',
  ],
  'server/builder': [
    'base',
    'cookbooks/deis/definitions/app-image-name.ts',
    'server/git',
    'server/operation',
    'server/remote/remote-source.ts',
    'server/slug',
    'server/store',
    'provisioner/paper/paper-address.ts',
    'server/formation/databag/app-urls.ts',
    'server/formation/releases/add-config.ts',
    ...of('buildpacks', 'deploy', 'requests'),
  ],

  'server/api/http': ['base', 'server/observe'],
  'server/api/auth': ['base', 'server/api/http', 'server/store'],
  'server/api/endpoint': [
    'base',
    'cookbooks',
    ...contracts,
    'templates',
    'server/api/auth',
    'server/api/http',
    'server/observe',
    ...domain,
  ],
  'server/api': [
    'base',
    'server/same-text.ts',
    'cookbooks',
    ...contracts,
    'server/alerts',
    'server/measures',
    'server/slug',
    ...domain,
  ],

  'server/backup/archive': ['base'],
  'server/backup/database': ['server/backup/archive', 'server/blobs', 'server/store'],
  'server/backup/places': ['base', 'server/backup/archive', 'server/blobs'],
  'server/backup': [
    'base',
    'server/blobs',
    'server/data-directory.ts',
    'server/git/repository',
    'server/open-database.ts',
    'server/registry',
    'server/slug',
    'server/store',
  ],
  'server/free-port.ts': ['base'],
  'server/mail-address.ts': [],
  'server/remote': ['base'],
  'server/shutdown.ts': [],
  'server/version.ts': [],
  'server/addresses.ts': ['base'],
  'server/settings': [
    'base',
    'provisioner/images/suite.ts',
    'provisioner/provider-types.ts',
    'server/mail-address.ts',
    'server/operation',
    'server/store/database-url.ts',
  ],
  'server/started-text.ts': ['server/settings'],
  'server/stack-image.ts': ['base', 'provisioner/images'],
  'server/own-certificate.ts': ['base', 'server/certificates', 'server/store'],
  'server/data-directory.ts': ['base', 'server/store'],
  'server/open-database.ts': ['base', 'server/settings', 'server/store', 'server/version.ts'],
  'server/listen/passed-connections.ts': ['base'],
  'server/listen/http-listener.ts': [
    'server/api/http',
    'server/free-port.ts',
    'server/listen/passed-connections.ts',
  ],
  'server/dashboard': [],
  'server/app.ts': ['server/api', 'server/dashboard'],
  'server/install/release': ['base', 'provisioner/ssh', 'server/version.ts'],
  'server/install': ['base', 'cookbooks', 'provisioner', 'server/settings'],
  'server/compose': ['base', 'cookbooks', 'provisioner', 'server'],
  'server/compose.ts': ['server'],
  'server/commands': ['base', 'provisioner', 'server'],
  'server/main.ts': ['base', 'server/commands'],

  'cli/terminal': [],
  // Types of the API's document, which `npm run dashboard:types` writes.
  'cli/controller': ['cli/terminal', 'dashboard/api/schema.d.ts'],
  'cli/git': ['cli/controller', 'cli/terminal'],
  'cli/actions': ['cli/controller', 'cli/git', 'cli/terminal', 'cli/*'],
  'cli/commands': ['cli/actions', 'cli/controller', 'cli/git', 'cli/terminal', 'cli/*'],
  cli: [],

  'dashboard/api': [],
  'dashboard/parts': ['dashboard/api'],
  'dashboard/screens': ['dashboard/api', 'dashboard/parts'],
  dashboard: ['dashboard/api', 'dashboard/parts', 'dashboard/screens'],

  quickstart: ['base', 'provisioner', 'server/settings'],
};

/** Rooms that decide and do nothing: no clock of their own, no stores, no network, no files. */
const pureRooms = [...of('databag', 'placement'), 'server/acme/decisions'];

const files = productFolders.flatMap((folder) => sourceFiles(folder));
const isBelow = (path: string, place: string): boolean => path === place || path.startsWith(`${place}/`);
const byLength = (one: string, other: string): number => other.length - one.length;
const names = Object.keys(arrows).sort(byLength);
const roomOf = (path: string): string | undefined => names.find((name) => isBelow(path, name));
const isOurs = (name: string): boolean => productFolders.some((folder) => isBelow(name, folder));

const reaches = (place: string, target: string): boolean =>
  place.endsWith('/*') ? dirname(target) === place.slice(0, -2) : isBelow(target, place);
const mayImport = (room: string, target: string): boolean =>
  isBelow(target, room) || arrows[room]!.some((place) => reaches(place, target));

describe('import direction', () => {
  it('covers every file of the product', () => {
    assert.deepEqual(
      files.map(({ path }) => path).filter((path) => roomOf(path) === undefined),
      [],
    );
  });

  it('names only rooms and files that exist', () => {
    const there = (name: string): boolean => files.some(({ path }) => reaches(name, path));
    assert.deepEqual(
      [...new Set([...names, ...Object.values(arrows).flat()])].filter((name) => !there(name)),
      [],
    );
  });

  for (const room of Object.keys(arrows)) {
    it(`${room} imports only ${arrows[room]!.join(', ') || 'itself'}`, () => {
      const wrong = files
        .filter(({ path }) => roomOf(path) === room)
        .flatMap(({ path, imports }) =>
          imports
            .filter((name) => isOurs(name) && !mayImport(room, name))
            .map((name) => `${path} -> ${name}`),
        );
      assert.deepEqual(wrong, []);
    });
  }

  for (const room of pureRooms) {
    it(`${room} is pure: of stores it takes types alone, and of Node.js and packages nothing that acts`, () => {
      const wrong = files
        .filter(({ path }) => isBelow(path, room))
        .flatMap(({ path, values }) =>
          values
            .filter((name) => isBelow(name, 'server/store') || !isOurs(name))
            .filter((name) => name !== 'node:net' && name !== 'node:crypto')
            .map((name) => `${path} -> ${name}`),
        );
      assert.deepEqual(wrong, []);
    });
  }

  it('base imports nothing of ours and holds at most ten files', () => {
    assert.ok(readdirSync(join(projectRoot, 'base')).length <= 10);
  });

  it('server/compose.ts is the composition root, which serve.ts alone imports', () => {
    const importers = files
      .filter((file) => file.imports.includes('server/compose.ts'))
      .map((file) => file.path);
    assert.deepEqual(importers, ['server/commands/serve.ts']);
    const helpers = files
      .filter(
        ({ path, imports }) =>
          imports.some((name) => isBelow(name, 'server/compose')) && !isBelow(path, 'server/compose'),
      )
      .map(({ path }) => path);
    assert.deepEqual(helpers, ['server/compose.ts']);
  });

  it('templates/render.ts alone imports the template engines', () => {
    const importers = files.filter((file) =>
      file.imports.some((name) => name === 'nunjucks' || name === 'handlebars'),
    );
    assert.deepEqual(
      importers.map((file) => file.path),
      ['templates/render.ts'],
    );
  });

  it('one loop sleeps: base/wait-until.ts', () => {
    const importers = files
      .filter((file) => file.imports.includes('node:timers/promises'))
      .map((file) => file.path);
    assert.deepEqual(
      importers.filter((path) => !path.startsWith('cli/')),
      ['base/wait-until.ts'],
    );
  });

  it('no file stands in an import cycle', () => {
    assert.deepEqual(cycles(), []);
  });
});

/** Files that can reach themselves through imports. */
function cycles(): string[] {
  const edges = new Map(
    files.map((file) => [file.path, file.imports.filter((name) => name.endsWith('.ts'))]),
  );
  const reachable = (from: string): Set<string> => {
    const seen = new Set<string>();
    const queue = [...(edges.get(from) ?? [])];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      queue.push(...(edges.get(next) ?? []));
    }
    return seen;
  };
  return files.map((file) => file.path).filter((path) => reachable(path).has(path));
}
