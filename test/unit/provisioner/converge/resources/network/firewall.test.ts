import assert from 'node:assert/strict';
import { UserError } from '../../../../../../base/errors.js';
import { firewall } from '../../../../../../provisioner/converge/resources/network/firewall.js';
import type { FirewallResource } from '../../../../../../cookbooks/resources/network/firewall.js';

const resource = (more: Partial<FirewallResource> = {}): FirewallResource => ({
  kind: 'firewall',
  name: 'DEIS-CONTAINERS',
  sources: ['10.0.0.6', '10.0.0.1'],
  rulesPath: '/etc/deis/firewall.rules',
  restore: ['/usr/local/sbin/deis-firewall'],
  ...more,
});
const rules = (more: Partial<FirewallResource>): string[] =>
  (firewall.compile(resource(more), 1).functions?.['rules_1'] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('-A '))
    .map((line) => line.replace('-A DEIS-CONTAINERS ', ''));

describe('the firewall of containers', () => {
  it("judges what goes to Docker's bridge, as before there were others", () => {
    assert.deepEqual(rules({}), [
      '! -o docker0 -j RETURN',
      '-i docker0 -j RETURN',
      '-m conntrack --ctstate RELATED,ESTABLISHED -j RETURN',
      '-s 10.0.0.1/32 -j RETURN',
      '-s 10.0.0.6/32 -j RETURN',
      '-j DROP',
    ]);
  });

  it('drops to other bridges, too, what comes from elsewhere, and between them and that one', () => {
    const all = rules({ bridges: 'deisg+' });
    assert.deepEqual(all, [
      '-m conntrack --ctstate RELATED,ESTABLISHED -j RETURN',
      '-i docker0 -o deisg+ -j DROP',
      '-i deisg+ -o docker0 -j DROP',
      '-i docker0 -j RETURN',
      '-i deisg+ -j RETURN',
      '-s 10.0.0.1/32 -j RETURN',
      '-s 10.0.0.6/32 -j RETURN',
      '-o docker0 -j DROP',
      '-o deisg+ -j DROP',
    ]);
  });

  it('keeps containers from the container ports of other nodes, before anything lets them out', () => {
    const fenced = ['10.0.0.9', '10.0.0.4', '10.0.0.9'];
    const [answers, alone] = ['-m conntrack --ctstate RELATED,ESTABLISHED -j RETURN', rules({ fenced })];
    const kept = (address: string, bridge: string): string =>
      `-d ${address}/32 -i ${bridge} -p tcp -m tcp --dport 5000:9999 -j DROP`;
    assert.deepEqual(alone, [
      answers,
      kept('10.0.0.4', 'docker0'),
      kept('10.0.0.9', 'docker0'),
      ...rules({}).filter((rule) => rule !== answers),
    ]);
    assert.deepEqual(rules({ fenced, bridges: 'deisg+' }), [
      answers,
      ...['10.0.0.4', '10.0.0.9'].flatMap((each) => [kept(each, 'docker0'), kept(each, 'deisg+')]),
      ...rules({ bridges: 'deisg+' }).slice(1),
    ]);
    assert.deepEqual(rules({ fenced: [] }), rules({}));
    assert.throws(
      () => firewall.compile(resource({ fenced: ['10.0.0.0/8'] }), 1),
      (error) => error instanceof UserError && error.field === 'fenced',
    );
  });

  it('refuses what is no interface', () => {
    for (const bridges of ['', 'a b', 'x\n-j ACCEPT', 'Deis+', 'waytoolongforaname+'])
      assert.throws(() => firewall.compile(resource({ bridges }), 1), UserError, bridges);
  });
});
