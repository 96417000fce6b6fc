import assert from 'node:assert/strict';
import type { Databag } from '../../../../../cookbooks/databag.js';
import { resourceId, type Resource } from '../../../../../cookbooks/resource.js';
import { defaultRunLists, expandRunList } from '../../../../../cookbooks/run-list.js';
import { compileNodeProgram } from '../../../../../provisioner/converge/compile-node-program.js';
import { sampleDatabag, sampleNode, samplePlacement } from '../../../../support/nodes/sample-databag.js';

const node = sampleNode('box');
const box = (more: Partial<Databag> = {}): Databag =>
  sampleDatabag({
    placements: [samplePlacement({ node: node.name })],
    nodes: { box: { [node.name]: '10.0.0.4' } },
    proxies: [node.name],
    ...more,
  });
const guest = (id: string, more: Partial<Databag> = {}): Databag =>
  box({ id, host: 'peachy-waxworks', ...more });
const leaving = guest('shop', { isLeaving: true, placements: [] });
/** As a layer gives it to its formation, and to guests. */
const runListOf = ({ host }: Databag): readonly string[] =>
  defaultRunLists.box.filter((recipe) => host === undefined || recipe !== 'recipe[deis::docker]');
const resources = (databag: Databag): Resource[] =>
  expandRunList(runListOf(databag)).flatMap((recipe) => recipe(node, databag));
const program = (databag: Databag): string =>
  compileNodeProgram(node, databag, runListOf(databag)).text.reveal();

describe('a box', () => {
  it('has its containers before its proxy is told of them, in one program', () => {
    const ids = resources(box()).map(resourceId);
    const order = [
      'service[docker]',
      'firewall[',
      'docker_container[',
      'package[nginx]',
      'nginx_backends[',
    ].map((id) => ids.findIndex((each) => each.startsWith(id)));
    assert.ok(
      order.every((place) => place !== -1),
      ids.join('\n'),
    );
    assert.deepEqual(
      order,
      [...order].sort((a, b) => a - b),
    );
    const text = program(box());
    // What runtime nodes are given, and what proxies are.
    for (const part of ['POWERED_BY', 'KEY-sentinel', '10.0.0.4:5001']) assert.ok(text.includes(part), part);
  });

  it('lets itself and the controller to its containers, and nobody else', () => {
    const firewall = resources(box()).find((resource) => resource.kind === 'firewall');
    assert.deepEqual(firewall?.sources, ['10.0.0.4', '10.0.0.1']);
  });

  it('keeps its containers from nodes that let it in, and leaves that to its host', () => {
    const fenced = ['10.0.0.4', '10.0.0.5'];
    const firewall = resources(box({ fenced })).find((resource) => resource.kind === 'firewall');
    assert.deepEqual(firewall?.fenced, fenced);
    assert.ok(!resources(guest('shop', { fenced })).some(({ kind }) => kind === 'firewall'));
    const without = resources(box()).find((resource) => resource.kind === 'firewall');
    assert.ok(without !== undefined && !('fenced' in without));
  });

  it('has guests write, make and remove nothing of its own or of one another', () => {
    const owned = (databag: Databag): string[] =>
      resources(databag)
        .filter(({ kind }) => !['directory', 'service', 'docker_image'].includes(kind))
        .map((each) =>
          each.kind === 'execute' ? `${each.name} ${each.command.join(' ')}` : resourceId(each),
        )
        .filter((id) => !/that is ready for guests|a place for files of containers/.test(id));
    const sets = [box({ hasGuests: true }), guest('shop'), guest('shop-two')].map(owned);
    const all = sets.flat();
    assert.deepEqual(
      all.filter((id, index) => all.indexOf(id) !== index),
      [],
    );
    assert.ok(sets.every((set) => set.length > 8));
    assert.ok(!resources(leaving).some(({ kind }) => kind === 'docker_container'));
  });

  it('changes one site at a time, whoever asks, and waits for nothing else of others', () => {
    for (const databag of [box({ hasGuests: true }), guest('shop'), leaving]) {
      const sites = resources(databag).filter((resource) => resource.kind === 'nginx_site');
      assert.deepEqual(
        sites.map(({ lock }) => lock),
        ['/run/deis-nginx.lock'],
      );
      const [turn] = /.*deis-nginx\.lock[^]*?site_(swap|remove) /.exec(program(databag)) ?? [];
      assert.match(
        turn ?? '',
        /^exec 8>>'?\/run\/deis-nginx\.lock'?\nflock -w 120 8 \|\| fail .*\nsite_(swap|remove) $/,
      );
    }
  });

  it('leaves runtime nodes and proxies of others as they are', () => {
    for (const kind of ['runtime', 'proxy'] as const)
      for (const databag of [sampleDatabag(), sampleDatabag({ id: 'shop', host: 'peachy-waxworks' })])
        assert.ok(
          !/deis-nginx\.lock|flock -w 120/.test(
            compileNodeProgram(sampleNode(kind), databag, defaultRunLists[kind]).text.reveal(),
          ),
        );
  });
});
