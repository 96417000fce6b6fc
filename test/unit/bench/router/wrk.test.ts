import assert from 'node:assert/strict';
import { parseWrk } from '../../../../bench/router/wrk.js';

const printed = (p99: string, more = ''): string => `Running 2s test @ http://172.30.0.2:80/
  2 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     3.20ms    1.10ms  24.53ms   88.01%
    Req/Sec    10.21k     1.02k   12.00k    70.00%
  Latency Distribution
     50%    3.01ms
     90%    4.20ms
     99%    ${p99}
  40705 requests in 2.00s, 15.02MB read
${more}Requests/sec:  20321.55
Transfer/sec:      7.50MB
`;

describe('what wrk prints', () => {
  for (const [text, p99] of [
    ['7.12ms', 7.12],
    ['812.00us', 0.812],
    ['1.05s', 1050],
  ] as const)
    it(`is understood with a p99 of ${text}`, () => {
      assert.deepEqual(parseWrk(printed(text)), { requestsPerSecond: 20_321.55, p99 });
    });

  for (const more of [
    '  Non-2xx or 3xx responses: 12\n',
    '  Socket errors: connect 0, read 3, write 0, timeout 0\n',
  ])
    it(`is no figure where it names ${more.trim()}`, () => {
      assert.throws(() => parseWrk(printed('7.12ms', more)), /requests failed/);
    });

  it('is refused where it is something else', () => {
    assert.throws(() => parseWrk('unable to connect'), /nothing that is known/);
  });
});
