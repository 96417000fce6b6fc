import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { UserError } from '../../../../../../base/errors.js';
import { firewall } from '../../../../../../provisioner/converge/resources/network/firewall.js';
import type { FirewallResource } from '../../../../../../cookbooks/resources/network/firewall.js';
import { projectRoot } from '../../../../../support/source/source-imports.js';

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

describe('the rules in force', () => {
  const chain = 'DEIS-CONTAINERS';
  const own = [`-A ${chain} -i docker0 -j RETURN`, `-A ${chain} -j DROP`];
  const first = ['-A FORWARD -j DOCKER-USER', '-A FORWARD -o docker0 -j DOCKER'];
  const user = [`-A DOCKER-USER -j ${chain}`, '-A DOCKER-USER -j RETURN'];

  /** Whether firewall_ok, run by sh, takes what `iptables -S` says for these. */
  async function isTaken(said: readonly string[]): Promise<boolean> {
    const library = readFileSync(
      join(projectRoot, 'provisioner/converge/resources/network/firewall.sh'),
      'utf8',
    );
    const script =
      `nl='\n'\nneed_iptables() { iptables=$nl$(cat)$nl; }\n${library}\n` +
      'firewall_ok "$1" "$2" || exit 1\nset -- $(echo "* a b"); [ $# -gt 2 ] || exit 2\n';
    const { exitCode } = await execa('sh', ['-c', script, 'firewall', chain, own.join('\n')], {
      input: said.join('\n'),
      cwd: '/usr',
      reject: false,
      timeout: 20_000,
    });
    assert.ok(exitCode === 0 || exitCode === 1, `exit code ${exitCode}`);
    return exitCode === 0;
  }

  it('are those of the node, called before all that lets something through', async () => {
    const isolation = '-A FORWARD -j DOCKER-ISOLATION-STAGE-1';
    assert.equal(await isTaken([...first, ...own, ...user]), true);
    assert.equal(await isTaken([isolation, ...first, ...user, '-A DOCKER -j ACCEPT', ...own]), true);
    for (const [what, said] of Object.entries({
      'another rule in front': [`-A ${chain} -j ACCEPT`, ...own],
      'another rule behind': [...own, `-A ${chain} -j ACCEPT`],
      'another order': own.toReversed(),
      'a rule too few': own.slice(1),
      none: [],
    }))
      assert.equal(await isTaken([...first, ...said, ...user]), false, what);
    assert.equal(await isTaken([...first, ...own, ...user.toReversed()]), false, 'called too late');
    assert.equal(await isTaken([...first, ...own]), false, 'not called');
    assert.equal(await isTaken([...first.toReversed(), ...own, ...user]), false, 'let through before');
    assert.equal(await isTaken([first[1]!, isolation, first[0]!, ...own, ...user]), false, 'the same');
    assert.equal(await isTaken([isolation, ...first.toReversed(), ...own, ...user]), false, 'and again');
    assert.equal(await isTaken([...own, ...user]), false, 'nothing forwarded');
  });

  it("are found among those of a thousand of Docker's networks", async () => {
    const networks = Array.from({ length: 1000 }, (_, index) => {
      const bridge = `deisg${index.toString(16).padStart(8, '0')}`;
      return [
        `-A FORWARD -o ${bridge} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
        `-A FORWARD -o ${bridge} -j DOCKER`,
        `-A FORWARD -i ${bridge} ! -o ${bridge} -j ACCEPT`,
        `-A FORWARD -i ${bridge} -o ${bridge} -j ACCEPT`,
      ];
    }).flat();
    assert.equal(await isTaken([...first, ...networks, ...own, ...user]), true);
    assert.equal(await isTaken([...networks, ...first, ...own, ...user]), false);
  });
});
