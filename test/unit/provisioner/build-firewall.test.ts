import assert from 'node:assert/strict';
import { buildRules } from '../../../provisioner/build-firewall.js';

describe('the firewall of builds', () => {
  const rules = buildRules('0a1b2c3d', {
    services: [{ address: '192.0.2.1', port: 4873 }],
    nodes: ['10.0.0.4', '203.0.113.21'],
    closed: [{ address: '10.0.0.9', port: 5432 }],
  }).split('\n');

  it('keeps them from containers of nodes, which let the controller in, and from the database of another host', () => {
    assert.deepEqual(
      rules.filter((rule) => rule.startsWith('-A DEIS-0a1b2c3d-OUT') && rule.endsWith('DROP')),
      [
        '-A DEIS-0a1b2c3d-OUT -d 169.254.0.0/16 -j DROP',
        '-A DEIS-0a1b2c3d-OUT -d 10.0.0.4/32 -p tcp --dport 5000:9999 -j DROP',
        '-A DEIS-0a1b2c3d-OUT -d 203.0.113.21/32 -p tcp --dport 5000:9999 -j DROP',
        '-A DEIS-0a1b2c3d-OUT -d 10.0.0.9/32 -p tcp --dport 5432 -j DROP',
      ],
    );
  });

  it('lets them to DNS and to services of this host', () => {
    const host = rules.filter((rule) => rule.startsWith('-A DEIS-0a1b2c3d-HOST'));
    assert.ok(host.includes('-A DEIS-0a1b2c3d-HOST -d 192.0.2.1/32 -p tcp --dport 4873 -j ACCEPT'));
    assert.equal(host.at(-1), '-A DEIS-0a1b2c3d-HOST -j DROP');
  });
});
