import assert from 'node:assert/strict';
import { clientNetwork } from '../../../base/client-network.js';

describe('clientNetwork', () => {
  it('takes an IPv4 address for one client, in either of its forms', () => {
    for (const address of ['203.0.113.7', '::ffff:203.0.113.7', '::FFFF:203.0.113.7'])
      assert.equal(clientNetwork(address), '203.0.113.7');
  });
  it('takes a /64 of IPv6 for one client, however it is written', () => {
    for (const address of ['2001:db8:0:7::1', '2001:0DB8::7:9:8:7:6', '2001:db8:0:7:ffff:1:2:3%eth0'])
      assert.equal(clientNetwork(address), '2001:db8:0:7::/64');
    assert.notEqual(clientNetwork('2001:db8:0:8::1'), clientNetwork('2001:db8:0:7::1'));
    assert.equal(clientNetwork('::1'), '0:0:0:0::/64');
    assert.equal(clientNetwork('64:ff9b::203.0.113.7'), '64:ff9b:0:0::/64');
  });
});
