import assert from 'node:assert/strict';
import { RemoteNetworks } from '../../../../server/remote/remote-networks.js';

describe('networks that users reach through the controller', () => {
  const networks = new RemoteNetworks(['10.1.0.0/16'], () => ['203.0.113.5/24', '2001:db8:1::5/64']);

  for (const address of [
    '93.184.216.34',
    '::ffff:93.184.216.34',
    '2606:2800:220:1::1',
    '203.0.112.5',
    '10.1.2.3',
    '::ffff:10.1.2.3',
    '::ffff:a01:203',
    '2001:db8:1:1::99',
  ])
    it(`are those of ${address}`, () => assert.ok(networks.allows(address)));

  for (const address of [
    '0.0.0.0',
    '127.0.0.1',
    '127.9.9.9',
    '10.0.0.1',
    '172.17.0.1',
    '192.168.1.1',
    '100.100.100.200',
    '169.254.169.254',
    '192.0.0.192',
    '198.18.0.1',
    '203.0.113.77',
    '::ffff:203.0.113.77',
    '::ffff:cb00:714d',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '::ffff:10.0.0.1%eth0',
    '64:ff9b::7f00:1',
    '64:ff9b:1::7f00:1',
    '2001:0:4136::1',
    '2002:7f00:1::',
    '2001:db8:1::99',
    '2001:db8:1::99%eth0',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    'ff02::1%eth0',
    'localhost',
    '93.184.216.256',
    '93.184.216',
    '93.184.216.34%eth0',
    '93.184.216.34/32',
    '10.1.2.3%eth0',
    '[2606:2800:220:1::1]',
    '2606:2800:220::1::1',
    '',
  ])
    it(`are not those of ${JSON.stringify(address)}`, () => assert.ok(!networks.allows(address)));
});
