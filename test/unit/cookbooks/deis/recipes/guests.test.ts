import assert from 'node:assert/strict';
import { runtimeRecipe } from '../../../../../cookbooks/deis/recipes/runtime.js';
import { proxyRecipe } from '../../../../../cookbooks/deis/recipes/proxy.js';
import { defaultRecipe } from '../../../../../cookbooks/deis/recipes/default.js';
import type { Databag } from '../../../../../cookbooks/databag.js';
import type { Recipe } from '../../../../../cookbooks/recipe.js';
import { resourceId, type Resource } from '../../../../../cookbooks/resource.js';
import { compileNodeProgram } from '../../../../../provisioner/converge/compile-node-program.js';
import { sampleDatabag, sampleNode } from '../../../../support/nodes/sample-databag.js';

const logs = {
  host: 'log.example.com',
  port: 6514,
  authority: 'AUTHORITY',
  key: 'f'.repeat(32),
  nodes: { 'peachy-waxworks-runtime-1': { certificate: 'CERT', key: 'NODE-KEY' } },
};
const guest = (id: string, more: Partial<Databag> = {}): Databag =>
  sampleDatabag({ id, host: 'peachy-waxworks', logs, ...more });
const host = (more: Partial<Databag> = {}): Databag => sampleDatabag({ hasGuests: true, logs, ...more });
const recipes: Readonly<Record<'runtime' | 'proxy', readonly Recipe[]>> = {
  runtime: [defaultRecipe, runtimeRecipe],
  proxy: [defaultRecipe, proxyRecipe],
};
const resources = (kind: 'runtime' | 'proxy', databag: Databag): Resource[] =>
  recipes[kind].flatMap((recipe) => recipe(sampleNode(kind), databag));
/** What a resource writes, makes or removes: two formations must not have one in common, but for folders. */
const owned = (all: readonly Resource[]): string[] =>
  all
    .filter(({ kind }) => !['directory', 'service', 'docker_image'].includes(kind))
    .map((each) => (each.kind === 'execute' ? `${each.name} ${each.command.join(' ')}` : resourceId(each)))
    .filter((id) => !/a (node|proxy) that is ready for guests|a place for files of containers/.test(id));
const site = (databag: Databag): string => {
  const found = resources('proxy', databag).find((resource) => resource.kind === 'nginx_site');
  assert.ok(found?.kind === 'nginx_site');
  return found.content;
};

describe('guests of a node', () => {
  for (const kind of ['runtime', 'proxy'] as const)
    it(`write, make and remove nothing of their host or of one another on a ${kind} node`, () => {
      const sets = [host(), guest('shop'), guest('shop-two')].map((databag) =>
        owned(resources(kind, databag)),
      );
      const all = sets.flat();
      assert.deepEqual(
        all.filter((id, index) => all.indexOf(id) !== index),
        [],
      );
      assert.ok(sets.every((set) => set.length > 3));
    });

  it('empty no folder that others use', () => {
    const emptied = (databag: Databag): string[] =>
      resources('runtime', databag).flatMap(({ kind, name }) => (kind === 'children_absent' ? [name] : []));
    assert.deepEqual(emptied(host()), ['/opt/deis/slugs']);
    assert.deepEqual(emptied(guest('shop')), ['/opt/deis/guests/shop/slugs']);
    const images = (databag: Databag): string[] =>
      resources('runtime', databag).flatMap(({ kind, name }) => (kind === 'images_absent' ? [name] : []));
    assert.deepEqual(images(host()), ['deis-apps/peachy-waxworks']);
    assert.deepEqual(images(guest('shop')), ['deis-apps/shop']);
  });

  it('have a network, whose containers nobody reaches but the proxies', () => {
    const all = resources('runtime', guest('shop'));
    const containers = all.filter((resource) => resource.kind === 'docker_container');
    assert.ok(containers.length > 0 && containers.every(({ network }) => network === 'deis-shop'));
    const network = all.findIndex(({ name }) => name === 'the network deis-shop');
    assert.ok(network !== -1 && network < all.indexOf(containers[0]!));
    const [firewall] = resources('runtime', host()).filter((resource) => resource.kind === 'firewall');
    assert.equal(firewall?.bridges, 'deisg+');
    assert.ok(!all.some(({ kind }) => kind === 'firewall'));
  });

  it('start nothing on a node whose firewall does not know them', () => {
    const [, , first] = resources('runtime', guest('shop')).filter(({ kind }) => kind !== 'file');
    assert.equal(first?.name, 'a node that is ready for guests');
    assert.match(JSON.stringify(first), /deis converge --formation=peachy-waxworks/);
  });

  it('have sites whose every name is their own', () => {
    const more = { rateLimit: '20/s', trusted: ['10.0.0.0/8'], hsts: 5, domains: ['shop.example.com'] };
    const proxy = { ...sampleDatabag().proxy, ...more };
    const declared = (text: string): string[] =>
      [
        ...text.matchAll(
          /^(?:lua_shared_dict (\S+)|upstream (\S+)|(?:map|geo) \S+ (\$\S+)|limit_req_zone \S+ zone=(\w+))/gm,
        ),
      ].map((match) => match.slice(1).find((each) => each !== undefined)!);
    const names = [host({ proxy }), guest('shop', { proxy }), guest('shop-two', { proxy })].flatMap(
      (databag) => declared(site(databag)),
    );
    assert.deepEqual(
      names.filter((name, index) => names.indexOf(name) !== index),
      [],
    );
    assert.ok(names.length > 20, names.join());
    assert.doesNotMatch(
      site(guest('shop', { proxy })),
      /default_server|init_by_lua|listen 9090|127\.0\.0\.1:9091/,
    );
    assert.match(site(host({ proxy })), /listen 443 ssl default_server;\n {4}ssl_reject_handshake on;/);
  });

  it('answer to no name until they have one', () => {
    assert.match(site(guest('shop')), /server_name shop\.invalid;/);
    assert.doesNotMatch(site(guest('shop')), /default_server/);
  });

  it('send their lines under their own key', () => {
    const files = (databag: Databag): Map<string, string> =>
      new Map(
        resources('runtime', databag).flatMap((resource): [string, string][] =>
          resource.kind === 'file' && resource.content !== undefined
            ? [
                [
                  resource.name,
                  typeof resource.content === 'string' ? resource.content : resource.content.reveal(),
                ],
              ]
            : [],
        ),
      );
    const own = { ...logs, key: 'a'.repeat(32) };
    const conf = files(guest('shop', { logs: own })).get('/etc/deis/logs/guests/shop.conf') ?? '';
    assert.match(conf, /"deis\.formation":"shop","tag":"deis\//);
    assert.match(conf, /set \$\.key = "a{32}";/);
    const whole = files(host()).get('/etc/deis/logs/rsyslog.conf') ?? '';
    assert.match(whole, /include\(file="\/etc\/deis\/logs\/guests\/\*\.conf" mode="optional"\)/);
    assert.doesNotMatch(
      files(sampleDatabag({ logs })).get('/etc/deis/logs/rsyslog.conf') ?? '',
      /include|\$\.key/,
    );
  });

  it('take along all that is theirs when they go, and compile', () => {
    for (const kind of ['runtime', 'proxy'] as const) {
      const runList = ['recipe[deis::default]', `recipe[deis::${kind}]`];
      for (const databag of [host(), guest('shop'), guest('shop', { isLeaving: true, placements: [] })])
        assert.ok(compileNodeProgram(sampleNode(kind), databag, runList).resources > 1);
      const left = resources(kind, guest('shop', { isLeaving: true, placements: [] }));
      assert.ok(!left.some((resource) => resource.kind === 'docker_container'));
    }
    const gone = ['runtime', 'proxy'].flatMap((kind) =>
      resources(kind as 'runtime', guest('shop', { isLeaving: true, placements: [] })).map(resourceId),
    );
    for (const id of [
      'containers_absent[shop]',
      'execute[no network deis-shop]',
      'directory[/opt/deis/guests/shop]',
      'file[/etc/deis/logs/guests/shop.conf]',
      'nginx_site[shop]',
      'directory[/etc/nginx/deis/guests/shop]',
      'file[/var/lib/deis/guests/shop/databag.json]',
    ])
      assert.ok(gone.includes(id), id);
  });
});
