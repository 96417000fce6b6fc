import assert from 'node:assert/strict';
import { parseProxyStatus } from '../../../../../../cookbooks/deis/definitions/proxy/proxy-endpoint.js';

describe('parseProxyStatus', () => {
  it('reads generation, list and requests under way', () => {
    const status = parseProxyStatus(
      'site 12ab\n' +
        'generation 41\n' +
        'algorithm least_conn\n' +
        'backend 10.0.0.4:5001\n' +
        'backend 10.0.0.5:5001\n' +
        'end\n' +
        'in_flight 10.0.0.9:5001 3\n' +
        'health 10.0.0.4:5001 up\n' +
        'health 10.0.0.5:5001 of another version\n',
    );
    assert.deepEqual(status, {
      generation: 41,
      algorithm: 'least_conn',
      backends: ['10.0.0.4:5001', '10.0.0.5:5001'],
      inFlight: new Map([['10.0.0.9:5001', 3]]),
      health: new Map([
        ['10.0.0.4:5001', 'up'],
        ['10.0.0.5:5001', 'unknown'],
      ]),
    });
  });

  it('says null before the first list', () => {
    assert.equal(parseProxyStatus('site 1\ngeneration 0\nalgorithm round_robin\nend\n').generation, null);
  });

  it('refuses what is no status, and half of one', () => {
    for (const text of ['', '<html>502</html>', 'generation 41\nbackend 10.0.0.4:5001\n'])
      assert.throws(() => parseProxyStatus(text), /did not say/);
  });
});
