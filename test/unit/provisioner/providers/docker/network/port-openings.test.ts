import assert from 'node:assert/strict';
import { openingRules } from '../../../../../../provisioner/providers/docker/network/port-openings.js';

describe('ports between the networks of two formations on Docker', () => {
  it('are open from those who are named, with the address that they have, and for answers', () => {
    const rules = openingRules('DEIS-i-S0', [{ from: '10.200.1.2', to: '10.200.2.2', port: 5432 }]);
    assert.equal(
      rules,
      [
        '*filter',
        ':DEIS-i-S0 - [0:0]',
        '-A DEIS-i-S0 -s 10.200.1.2 -d 10.200.2.2 -p tcp --dport 5432 -j ACCEPT',
        '-A DEIS-i-S0 -s 10.200.2.2 -d 10.200.1.2 -p tcp --sport 5432 ' +
          '-m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT',
        'COMMIT',
        '*nat',
        ':DEIS-i-S0 - [0:0]',
        '-A DEIS-i-S0 -s 10.200.1.2 -d 10.200.2.2 -p tcp --dport 5432 -j ACCEPT',
        'COMMIT',
        '',
      ].join('\n'),
    );
  });
});
