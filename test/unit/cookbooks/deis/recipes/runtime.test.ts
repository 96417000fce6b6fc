import assert from 'node:assert/strict';
import { runtimeRecipe } from '../../../../../cookbooks/deis/recipes/runtime.js';
import { UserError } from '../../../../../base/errors.js';
import { Secret } from '../../../../../base/secret.js';
import type { ResourceKind, ResourceOf } from '../../../../../cookbooks/resource.js';
import { resourceId } from '../../../../../cookbooks/resource.js';
import type { Databag, DatabagSlugBuild } from '../../../../../cookbooks/databag.js';
import {
  sampleDatabag,
  sampleImage,
  sampleNode,
  samplePlacement,
  sampleRelease,
} from '../../../../support/nodes/sample-databag.js';

const own = (more: Partial<Databag> = {}): Databag =>
  sampleDatabag({ placements: [samplePlacement()], ...more });

function declared<K extends ResourceKind>(
  kind: K,
  databag: Databag,
  downloads: Record<string, string> = {},
): ResourceOf<K>[] {
  return runtimeRecipe(sampleNode('runtime', { downloads }), databag).filter(
    (resource): resource is ResourceOf<K> => resource.kind === kind,
  );
}

describe('recipe deis::runtime', () => {
  it('declares in the order in which things need one another', () => {
    const ids = runtimeRecipe(
      sampleNode(),
      own({ placements: [samplePlacement({ state: 'starting' })] }),
    ).map(resourceId);
    assert.deepEqual(ids, [
      'file[/usr/local/sbin/deis-firewall]',
      'file[/etc/systemd/system/deis-firewall.service]',
      'firewall[DEIS-CONTAINERS]',
      'service[deis-firewall]',
      'directory[/opt/deis]',
      'directory[/opt/deis/slugs]',
      'execute[a place for files of containers]',
      'docker_image[deis/stack:bookworm]',
      `archive[/opt/deis/slugs/${'7'.repeat(64)}]`,
      'containers_absent[peachy-waxworks]',
      'docker_container[peachy-waxworks-web.1-v7-5001]',
      'container_health[peachy-waxworks-web.1-v7-5001]',
      'children_absent[/opt/deis/slugs]',
      'images_absent[deis/stack]',
      'images_absent[deis-apps/peachy-waxworks]',
    ]);
  });

  it('runs an image of the app: its own user and folder, nothing of a slug, and downloads that alone', () => {
    const digest = `sha256:${'8'.repeat(64)}`;
    const databag = own({
      release: sampleRelease(7, {
        image: `registry:5000/peachy:7@${digest}`,
        writable: true,
        build: { kind: 'image', procfile: { web: 'serve --all' } },
        limits: { web: { memory: 64e6 } },
      }),
    });
    const { environment, ...container } = declared('docker_container', databag)[0]!;
    assert.deepEqual(container, {
      kind: 'docker_container',
      name: 'peachy-waxworks-web.1-v7-5001',
      formation: 'peachy-waxworks',
      image: digest,
      command: ['sh', '-c', 'serve --all'],
      mounts: {},
      port: 5001,
      memory: 64e6,
      labels: { 'deis.type': 'web', 'deis.num': '1', 'deis.release': '7' },
      restart: 'unless-stopped',
    });
    assert.deepEqual([environment['HOME'], environment['PORT']?.reveal()], [undefined, '5001']);
    assert.deepEqual(
      declared('docker_image', databag, { [digest]: 'http://10.0.0.1/image' }).map(({ name, id, url }) => [
        name,
        id,
        url?.reveal(),
      ]),
      [['registry:5000/peachy:7', digest, 'http://10.0.0.1/image']],
    );
    assert.deepEqual(declared('archive', databag), []);
    assert.deepEqual(
      [...declared('children_absent', databag), ...declared('images_absent', databag)].map(
        ({ name, except }) => [name, except],
      ),
      [
        ['/opt/deis/slugs', []],
        ['registry:5000/peachy', [digest]],
        ['deis-apps/peachy-waxworks', [digest]],
      ],
    );
  });

  it('leaves what runs to an image without a Procfile, and leads requests to the port that it EXPOSEs', () => {
    const databag = own({
      placements: [samplePlacement({ state: 'starting' })],
      release: sampleRelease(7, {
        image: `deis-apps/peachy-waxworks:7@sha256:${'8'.repeat(64)}`,
        build: { kind: 'image', procfile: { web: '' }, port: 8080 },
      }),
    });
    const [container] = declared('docker_container', databag);
    assert.ok(container !== undefined && !('command' in container));
    assert.deepEqual(
      [container.port, container.innerPort, container.environment['PORT']?.reveal()],
      [5001, 8080, '8080'],
    );
    // Checks ask the container itself.
    assert.equal(declared('container_health', databag)[0]?.port, 8080);
  });

  it('pulls an image of the app from the registry by its id, and its stack from the slug server', () => {
    const digest = `sha256:${'8'.repeat(64)}`;
    const token = new Secret('token-sentinel');
    const registry = { address: '10.0.0.1:8002', authority: 'PEM\n', token };
    const databag = own({
      release: sampleRelease(8, {
        image: `deis-apps/peachy-waxworks:v8@${digest}`,
        build: { kind: 'image', procfile: { web: 'serve' } },
      }),
      releases: { '7': sampleRelease(7) },
    });
    const declaredBy = (of: Databag) => runtimeRecipe(sampleNode('runtime', { registry }), of);
    const ofKind = <K extends ResourceKind>(kind: K, of: Databag) =>
      declaredBy(of).filter((resource): resource is ResourceOf<K> => resource.kind === kind);
    assert.deepEqual(
      ofKind('docker_image', databag).map(({ id, pull, token: given }) => [id, pull, given]),
      [
        [digest, `10.0.0.1:8002/peachy-waxworks:${'8'.repeat(64)}`, token],
        [`sha256:${'5'.repeat(64)}`, undefined, undefined],
      ],
    );
    const ids = declaredBy(databag).map(resourceId);
    const trust = ids.indexOf('file[/etc/docker/certs.d/10.0.0.1:8002/ca.crt]');
    assert.ok(trust !== -1 && trust < ids.findIndex((id) => id.startsWith('docker_image')), ids.join(' '));
    assert.ok(!declaredBy(own()).some((resource) => resourceId(resource).includes('certs.d')));
    assert.ok(!ids.some((id) => id.includes('the address of')));
  });

  it("pulls from an operator's registry by its repository and login, and trusts what nodes trust", () => {
    const login = new Secret('node:sentinel');
    const registry = { address: 'registry.example.com:443', repository: 'team/one-peachy', login };
    const build = { kind: 'image', procfile: { web: '' } } as const;
    const image = `deis-apps/peachy-waxworks:v8@sha256:${'8'.repeat(64)}`;
    const resources = runtimeRecipe(
      sampleNode('runtime', { registry }),
      own({ placements: [], release: sampleRelease(8, { image, build }) }),
    );
    const pulled = resources.find((each) => each.kind === 'docker_image');
    assert.equal(pulled?.pull, `registry.example.com:443/team/one-peachy:${'8'.repeat(64)}`);
    assert.equal(pulled?.login, login);
    assert.ok(!('token' in pulled!));
    assert.ok(!resources.some((resource) => resourceId(resource).includes('certs.d')));
  });

  it('knows the registry by a name that only its nodes have an address for', () => {
    const registry = {
      address: 'registry.deis.internal:8002',
      at: '172.18.0.1',
      authority: 'PEM\n',
      token: new Secret('token-sentinel'),
    };
    const build = { kind: 'image', procfile: { web: '' } } as const;
    const image = `deis-apps/peachy-waxworks:v8@sha256:${'8'.repeat(64)}`;
    const resources = runtimeRecipe(
      sampleNode('runtime', { registry }),
      own({ placements: [], release: sampleRelease(8, { image, build }) }),
    );
    const known = resources.find((each) => each.kind === 'execute' && each.name.startsWith('the address'));
    assert.deepEqual(known?.notIf, [
      ...['grep', '-qxF', '-e', '172.18.0.1 registry.deis.internal', '/etc/hosts'],
    ]);
  });

  it('is pure', () => {
    assert.deepEqual(runtimeRecipe(sampleNode(), own()), runtimeRecipe(sampleNode(), own()));
  });

  it('describes the container of a placement', () => {
    const [container] = declared(
      'docker_container',
      own({ release: sampleRelease(7, { limits: { web: { memory: 64e6, cpus: 0.5, pids: 100 } } }) }),
    );
    assert.ok(container);
    const { environment, ...rest } = container;
    assert.deepEqual(rest, {
      kind: 'docker_container',
      name: 'peachy-waxworks-web.1-v7-5001',
      formation: 'peachy-waxworks',
      image: `sha256:${'5'.repeat(64)}`,
      command: ['/usr/local/bin/start', '--', 'node server.js'],
      mounts: { '/app': `/opt/deis/slugs/${'7'.repeat(64)}` },
      port: 5001,
      user: 'app',
      workingDirectory: '/app',
      memory: 64e6,
      cpus: 0.5,
      pids: 100,
      labels: { 'deis.type': 'web', 'deis.num': '1', 'deis.release': '7' },
      restart: 'unless-stopped',
    });
    assert.deepEqual(
      Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, value.reveal()])),
      {
        POWERED_BY: 'Deis',
        HOME: '/app',
        PORT: '5001',
        DEIS_FORMATION: 'peachy-waxworks',
        DEIS_RELEASE: 'v7',
        DEIS_CONTAINER: 'web.1',
      },
    );
  });

  it('lets no config replace what the platform says', () => {
    const [container] = declared(
      'docker_container',
      own({ release: sampleRelease(7, { config: { PORT: '1', HOME: '/root' } }) }),
    );
    assert.deepEqual(
      [container?.environment['PORT']?.reveal(), container?.environment['HOME']?.reveal()],
      ['5001', '/app'],
    );
  });

  it('waits for containers on trial alone, which do not restart', () => {
    const placements = [
      samplePlacement(),
      samplePlacement({ num: 2, port: 5002, state: 'starting' }),
      samplePlacement({ num: 3, port: 5003, state: 'retiring' }),
    ];
    assert.deepEqual(
      declared('container_health', own({ placements })).map(({ name }) => name),
      ['peachy-waxworks-web.2-v7-5002'],
    );
    assert.deepEqual(
      declared('docker_container', own({ placements })).map(({ restart }) => restart),
      ['unless-stopped', 'no', 'unless-stopped'],
    );
    assert.deepEqual(declared('containers_absent', own({ placements }))[0]?.except.length, 3);
  });

  it('takes the health check of the process type, else a port for web and staying up for others', () => {
    const placements = [
      samplePlacement({ state: 'starting' }),
      samplePlacement({ type: 'worker', port: 5002, state: 'starting' }),
    ];
    assert.deepEqual(
      declared('container_health', own({ placements })).map(({ check }) => check.kind),
      ['tcp', 'none'],
    );
    const http = { kind: 'http', path: '/up', deadlineSeconds: 5, settleSeconds: 0 } as const;
    assert.deepEqual(
      declared('container_health', own({ placements, health: { web: http } }))[0]?.check,
      http,
    );
  });

  it('fetches each runtime of a build once, mounts it where the build says, and keeps it', () => {
    const runtime = (mount: string, digit: string) => ({
      mount,
      slug: `${digit.repeat(64)}/x.tgz`,
      sha256: digit.repeat(64),
      size: 9,
    });
    const runtimes = [runtime('.deis/node', '8'), runtime('.deis/other', '9')];
    const build = { ...(sampleRelease(7).build as DatabagSlugBuild), runtimes };
    const databag = own({
      release: sampleRelease(7, { build }),
      releases: {
        6: sampleRelease(6, { build: { ...(sampleRelease(6).build as DatabagSlugBuild), runtimes } }),
      },
    });
    const at = (digit: string): string => `/opt/deis/slugs/${digit.repeat(64)}`;
    assert.deepEqual(declared('docker_container', databag)[0]?.mounts, {
      '/app': at('7'),
      '/app/.deis/node': at('8'),
      '/app/.deis/other': at('9'),
    });
    assert.deepEqual(
      declared('archive', databag).map(({ name }) => name),
      ['8', '9', '7', '6'].map(at),
    );
    // Slugs belong to the user of their image; runtimes are read by everybody.
    assert.deepEqual(
      declared('archive', databag).map(({ userOf }) => userOf),
      [undefined, undefined, `sha256:${'5'.repeat(64)}`, `sha256:${'5'.repeat(64)}`],
    );
    assert.deepEqual(
      declared('children_absent', databag)[0]?.except,
      ['6', '7', '8', '9'].map((digit) => digit.repeat(64)),
    );
  });

  it('keeps the slugs of every release it is given, each once, and passes on signed addresses', () => {
    const slugs = declared(
      'archive',
      own({ releases: { 6: sampleRelease(6), 5: { ...sampleRelease(7), version: 5 } } }),
      { [`${'6'.repeat(64)}/peachy-waxworks.tgz`]: 'http://c/s?sig=1' },
    );
    assert.deepEqual(
      slugs.map(({ sha256, url }) => [sha256[0], url?.reveal()]),
      [
        ['7', undefined],
        ['6', 'http://c/s?sig=1'],
      ],
    );
    assert.deepEqual(
      declared('docker_image', own(), { [`sha256:${'5'.repeat(64)}`]: 'http://c/i' })[0]?.url?.reveal(),
      'http://c/i',
    );
  });

  it('needs nothing for a formation without a release', () => {
    const empty = own({ release: null, placements: [] });
    assert.deepEqual(declared('archive', empty), []);
    assert.deepEqual(
      declared('docker_image', own({ release: { ...sampleRelease(7), build: null }, placements: [] })),
      [],
    );
    assert.deepEqual(declared('containers_absent', empty)[0]?.except, []);
  });

  it('opens container ports to proxies and controllers', () => {
    assert.deepEqual(declared('firewall', own())[0]?.sources, ['10.0.0.6', '10.0.0.1']);
    assert.deepEqual(declared('firewall', own({ proxies: ['gone'], controllers: [] }))[0]?.sources, []);
  });

  it('refuses a databag that contradicts itself', () => {
    assert.throws(
      () => runtimeRecipe(sampleNode(), own({ placements: [samplePlacement({ release: 3 })] })),
      /release v3, which it does not hold/,
    );
    assert.throws(
      () => runtimeRecipe(sampleNode(), own({ placements: [samplePlacement({ type: 'cron' })] })),
      /no process type cron/,
    );
    assert.throws(
      () =>
        runtimeRecipe(
          sampleNode(),
          own({ release: sampleRelease(7, { image: sampleImage.split('@')[0] ?? '' }) }),
        ),
      UserError,
    );
  });
});
