import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  candidateNetworks,
  freeAddress,
  overlap,
  parseNetwork,
} from '../../../../../../provisioner/providers/docker/network/free-address.js';

describe('addresses of docker nodes', () => {
  it('begin after the gateway and skip those in use', () => {
    const network = parseNetwork('10.200.4.0/22');
    assert.equal(freeAddress(network, new Set()), '10.200.4.2');
    assert.equal(freeAddress(network, new Set(['10.200.4.2', '10.200.4.3'])), '10.200.4.4');
  });

  it('end before the broadcast address', () => {
    assert.equal(
      freeAddress(
        parseNetwork('10.0.0.0/29'),
        new Set(['10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5', '10.0.0.6']),
      ),
      undefined,
    );
    assert.equal(
      freeAddress(parseNetwork('10.0.0.0/29'), new Set(['10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5'])),
      '10.0.0.6',
    );
  });

  it('cross a byte', () => {
    const used = new Set(Array.from({ length: 255 }, (_, index) => `10.200.4.${index + 1}`));
    assert.equal(freeAddress(parseNetwork('10.200.4.0/22'), used), '10.200.5.0');
  });

  it('work above the middle of the address space', () => {
    assert.equal(freeAddress(parseNetwork('192.168.255.0/24'), new Set()), '192.168.255.2');
  });
});

describe('networks of docker nodes', () => {
  it('overlap when one holds the other', () => {
    assert.ok(overlap(parseNetwork('10.128.0.0/9'), parseNetwork('10.200.4.0/22')));
    assert.ok(overlap(parseNetwork('10.200.7.1/32'), parseNetwork('10.200.4.0/22')));
    assert.ok(overlap(parseNetwork('0.0.0.0/0'), parseNetwork('192.168.1.0/24')));
    assert.ok(!overlap(parseNetwork('10.200.8.0/22'), parseNetwork('10.200.4.0/22')));
  });

  it('are candidates without repetition, all inside 10.128.0.0/9, whatever the instance', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-f]{8}$/), (instance) => {
        const some = [...candidateNetworks(instance, 14)];
        assert.equal(new Set(some).size, 32);
        assert.ok(some.every((subnet) => overlap(parseNetwork('10.128.0.0/9'), parseNetwork(subnet))));
      }),
      { numRuns: 50 },
    );
  });

  it('are refused when they are none', () => {
    for (const text of ['10.0.0.0', '10.0.0/8', '10.0.0.0/33', '10.0.0.256/8', ''])
      assert.throws(() => parseNetwork(text), /not a(n IPv4 address| network)/);
  });
});
