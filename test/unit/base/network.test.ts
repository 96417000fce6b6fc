import assert from 'node:assert/strict';
import { amongNetworks } from '../../../base/network.js';

describe('an address among networks', () => {
  const cases: readonly (readonly [networks: readonly string[], address: string, isAmong: boolean])[] = [
    [['10.0.0.15'], '10.0.0.15', true],
    [['10.0.0.15'], '::ffff:10.0.0.15', true],
    [['10.0.0.15'], '::ffff:a00:f', true],
    [['::ffff:10.0.0.15'], '10.0.0.15', true],
    [['10.0.0.15'], '10.0.0.1', false],
    [['10.0.0.0/8', 'fd00::/8'], '::ffff:10.9.9.9', true],
    [['10.0.0.0/8', 'fd00::/8'], 'fd12::1', true],
    [['10.0.0.0/8', 'fd00::/8'], '11.0.0.1', false],
    [['2001:DB8:0:0::1'], '2001:db8::1', true],
    [['2001:db8::1'], '2001:db8::2', false],
    [['fe80::1'], 'fe80::1%eth0', true],
    [['loopback'], '127.9.9.9', true],
    [['loopback'], '::1', true],
    [['linklocal'], 'fe80::1%2', true],
    [['uniquelocal'], '192.168.1.1', true],
    [['uniquelocal'], '203.0.113.7', false],
    [['10.0.0.15'], '', false],
    [[], '10.0.0.15', false],
  ];
  for (const [networks, address, isAmong] of cases)
    it(`is known in each of its forms: ${address || 'nothing'} ${isAmong ? '' : 'not '}among ${networks.join()}`, () =>
      assert.equal(amongNetworks(networks)(address), isAmong));
});
