import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { databagForNode } from '../../../../../cookbooks/databag-for-node.js';
import { logSender } from '../../../../../cookbooks/deis/definitions/log-sender.js';
import type { DatabagLogs } from '../../../../../cookbooks/databag.js';
import { resourceId } from '../../../../../cookbooks/resource.js';
import { maskDatabag } from '../../../../../server/formation/databag/mask-databag.js';
import { sampleDatabag, sampleNode } from '../../../../support/nodes/sample-databag.js';

const key = '5e'.repeat(16);
const logs: DatabagLogs = {
  host: '10.0.0.1',
  port: 8514,
  authority: 'AUTHORITY',
  key,
  nodes: {
    'peachy-waxworks-runtime-1': { certificate: 'CERT 1', key: 'KEY-sentinel 1' },
    'peachy-waxworks-runtime-2': { certificate: 'CERT 2', key: 'KEY-sentinel 2' },
  },
};

describe('sending logs', () => {
  const resources = logSender(sampleNode(), sampleDatabag({ logs }));

  it('is nothing where there is no log server', () => {
    assert.deepEqual(logSender(sampleNode(), sampleDatabag()), []);
    assert.deepEqual(logSender(sampleNode(), sampleDatabag({ logs: { ...logs, nodes: {} } })), []);
  });

  it('needs rsyslogd, its settings with keys that are for root alone, and a unit that they restart', () => {
    const files = resources.flatMap((resource) => (resource.kind === 'file' ? [resource] : []));
    const own = files.filter(({ name }) => name.startsWith('/etc/deis/logs/'));
    assert.deepEqual([...new Set(own.map(({ mode }) => mode))], ['0600']);
    assert.ok(
      files.every(({ notifies }) => notifies?.some(({ resource }) => resource === 'service[deis-logs]')),
    );
    assert.ok(resources.map(resourceId).includes('service[deis-logs]'));
    assert.ok(!inspect(resources, { depth: null }).includes('sentinel'));
    assert.ok(!inspect(resources, { depth: null }).includes(key));
  });

  it('fails no deploy', () => {
    const others = resources.filter(({ kind }) => kind !== 'directory');
    assert.ok(others.every(({ ignoreFailure }) => ignoreFailure === true));
  });

  it('shows a node its own key alone, and nodes that run no apps nothing of it', () => {
    const databag = sampleDatabag({ logs });
    const runtime = databagForNode(sampleNode(), databag, new Set(['apps']));
    assert.deepEqual(Object.keys(runtime.logs?.nodes ?? {}), ['peachy-waxworks-runtime-1']);
    assert.equal(databagForNode(sampleNode('proxy'), databag, new Set(['proxy'])).logs, undefined);
  });

  it('is masked for readers who may not see config', () => {
    const masked = JSON.stringify(maskDatabag(sampleDatabag({ logs })).logs);
    assert.ok(!masked.includes('sentinel') && !masked.includes(key));
    assert.ok(masked.includes('CERT 1'));
  });
});
