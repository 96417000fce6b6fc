import assert from 'node:assert/strict';
import type { NetworkInterfaceInfo } from 'node:os';
import { outwardAddresses } from '../../../../../../provisioner/providers/ec2/network/ssh-sources.js';

describe('the addresses that SSH is opened to within a VPC', () => {
  const at = (address: string, internal = false): NetworkInterfaceInfo[] => [
    {
      family: 'IPv4',
      address,
      internal,
      netmask: '255.255.0.0',
      mac: '00:00:00:00:00:01',
      cidr: `${address}/16`,
    },
  ];

  it('are those of interfaces that may lead there, not of containers', () => {
    const interfaces = {
      lo: at('127.0.0.1', true),
      ens5: at('10.0.1.7'),
      wg0: at('10.8.0.2'),
      bridge0: at('10.0.2.7'),
      docker0: at('172.17.0.1'),
      'br-0a1b2c3d4e5f': at('172.18.0.1'),
      veth12ab: at('172.18.0.9'),
      virbr0: at('192.168.122.1'),
    };
    assert.deepEqual(outwardAddresses(interfaces), ['10.0.1.7', '10.8.0.2', '10.0.2.7']);
  });
});
