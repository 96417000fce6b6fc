import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { HttpListener } from '../../../server/http-listener.js';

describe('the HTTP listener', function () {
  this.timeout(10_000);
  const told = new EventEmitter();
  let listener: HttpListener;
  before(async () => {
    listener = await HttpListener.listen(
      '127.0.0.1',
      0,
      (request, response) => {
        request
          .on('error', () => undefined)
          .on('end', () => response.write('begun '))
          .resume();
        told.once('end', () => response.end('ended'));
      },
      { receiveMs: 200 },
    );
  });
  after(() => listener.close(0));

  it('ends a request whose body does not come, and no answer that takes longer', async () => {
    const answer = await fetch(`http://127.0.0.1:${listener.port}/`, { method: 'POST', body: '{}' });
    const slow = connect(listener.port, '127.0.0.1');
    slow.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{');
    assert.match(await text(slow), /^HTTP\/1\.1 408 /);
    told.emit('end');
    assert.equal(await answer.text(), 'begun ended');
  });
});
