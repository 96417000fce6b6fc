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
    [['10.0.0.0/8', 'fd00::/8'], '::ffff:11.0.0.1', false],
    [['10.0.0.0/8'], '::ffff:a09:909', true],
    [['10.0.0.0/8'], '0:0:0:0:0:ffff:10.9.9.9', true],
    [['10.0.0.0/8'], '::ffff:10.9.9.9%eth0', true],
    [['10.0.0.0/8'], '::10.9.9.9', false],
    [['::/127'], '0.0.0.1', false],
    [['::ffff:0:0/96'], '10.9.9.9', true],
    [['0.0.0.0/0'], '255.255.255.255', true],
    [['0.0.0.0/0'], '2001:db8::1', false],
    [['::/0'], '2001:db8::1%eth0', true],
    [['224.0.0.0/3'], '223.255.255.255', false],
    [['224.0.0.0/3'], '255.255.255.255', true],
    [['fe80::/10'], 'febf::1', true],
    [['fe80::/10'], 'fec0::1', false],
    [['2001:DB8:0:0::1'], '2001:db8::1', true],
    [['2001:db8::1'], '2001:db8::2', false],
    [['fe80::1'], 'fe80::1%eth0', true],
    [['fe80::1%eth0'], 'fe80::1', true],
    [['fe80::1'], 'fe80::2%eth0', false],
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

  for (const text of [
    'localhost',
    '10.0.0',
    '10.0.0.256',
    '010.0.0.15',
    '10.0.0.15/32',
    '10.0.0.15:80',
    ' 10.0.0.15',
    '[::1]',
    '::1::2',
    '::ffff:10.0.0.256',
    '%eth0',
  ])
    it(`is none, and so not among all there are: ${JSON.stringify(text)}`, () =>
      assert.equal(amongNetworks(['0.0.0.0/0', '::/0'])(text), false));
});
