import assert from 'node:assert/strict';
import type { LayerKind } from '../../../../../../cookbooks/recipe.js';
import {
  openedDescription,
  openedRules,
  presentRules,
  toPermission,
  wantedRules,
} from '../../../../../../provisioner/providers/ec2/network/group-rules.js';

describe('what nodes on EC2 may be reached at', () => {
  const rules = (kind: LayerKind): string[] =>
    wantedRules(kind, ['203.0.113.7/32'], ['sg-proxies']).map(
      ({ from, to, source }) => `${from}-${to} ${source}`,
    );
  const ssh = '22-22 203.0.113.7/32';
  const web = ['80-80 0.0.0.0/0', '443-443 0.0.0.0/0'];
  const containers = '5000-9999 sg-proxies';

  it('is what their kind does, and of a box both', () => {
    assert.deepEqual(rules('runtime'), [ssh, containers]);
    assert.deepEqual(rules('proxy'), [ssh, ...web]);
    assert.deepEqual(rules('box'), [ssh, ...web, containers]);
    assert.deepEqual(rules('custom'), [ssh]);
  });

  it('is what is opened to others, of which its own rules know nothing', () => {
    const openings = [{ port: 5432, from: ['198.51.100.4', '10.0.0.0/8', '2001:db8::1'] }];
    const opened = [
      { from: 5432, to: 5432, source: '198.51.100.4/32' },
      { from: 5432, to: 5432, source: '10.0.0.0/8' },
    ];
    assert.deepEqual(openedRules({ openings, nodes: [] }), opened);
    const IpPermissions = opened.map(({ from, to, source }) =>
      toPermission({ from, to, source }, openedDescription),
    );
    assert.deepEqual(
      [presentRules({ IpPermissions }), presentRules({ IpPermissions }, openedDescription)],
      [[], opened],
    );
  });
});
