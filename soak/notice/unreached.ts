import assert from 'node:assert/strict';
import type { LiveFormation } from '../../bench/live-formation.js';
import { insideNode } from '../../test/support/nodes/inside-node.js';
import { askAnew } from '../../test/support/server/ask-anew.js';

interface Shown {
  readonly name: string;
  readonly release: number;
  readonly node: string;
  readonly port: number;
  readonly state: string;
}

/** One proxy's way to new containers is closed: the deploy fails and says so, and the old release serves on. */
export async function closePort(formation: LiveFormation, round: number): Promise<void> {
  const failed = await deployBehind(formation, round, () => ({
    table: 'filter',
    jump: 'REJECT --reject-with tcp-reset',
  }));
  assert.match(
    failed,
    /proxy bench-proxy-2 cannot reach web\.\d at [\d.]+:\d+: connection refused: nothing was switched/,
  );
}

/** What answers one proxy in the place of new containers is another container, which is well. */
export async function misleadProxy(formation: LiveFormation, round: number): Promise<void> {
  const failed = await deployBehind(formation, round, (address, port) => ({
    table: 'nat',
    jump: `DNAT --to-destination ${address}:${port}`,
  }));
  assert.match(
    failed,
    /proxy bench-proxy-2 does not reach web\.\d at [\d.]+:\d+: another machine or container answers there/,
  );
}

/** What a change of config says that fails behind a rule on the second proxy, for all ports but those in use. */
async function deployBehind(
  formation: LiveFormation,
  round: number,
  ruleFor: (address: string, port: number) => { readonly table: string; readonly jump: string },
): Promise<string> {
  const { developer, nodes, urls } = formation;
  const shown = async (): Promise<Shown[]> => {
    await formation.atRest();
    const all = await developer.json<Shown[]>(['ps']);
    return all.map(({ name, release, node, port, state }) => ({ name, release, node, port, state }));
  };
  const before = await shown();
  const proxy = nodes.filter(({ layer }) => layer === 'proxy')[1]!;
  const rules = nodes.flatMap(({ id, layer, address }) => {
    const ports = before.filter(({ node }) => node === id).map(({ port }) => port);
    if (layer === 'proxy' || ports.length === 0) return [];
    const { table, jump } = ruleFor(address, ports[0]!);
    const match = `OUTPUT -p tcp -d ${address} -m multiport ! --dports ${ports.join(',')}`;
    return [(act: string) => insideNode(proxy.cloud_id, `iptables -t ${table} ${act} ${match} -j ${jump}`)];
  });
  try {
    for (const rule of rules) await rule('-A');
    const { all } = await developer.deisHere(['config:set', `POWERED_BY=color ${round}`], {
      expect: 'failure',
    });
    assert.deepEqual(await shown(), before, 'nothing is left behind');
    for (const url of urls)
      assert.ok(
        !(await (await askAnew(url)).text()).includes(`color ${round}`),
        `${url} serves the new release`,
      );
    return all;
  } finally {
    for (const rule of rules) await rule('-D');
  }
}
