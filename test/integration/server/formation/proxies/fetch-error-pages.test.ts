import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UserError } from '../../../../../base/errors.js';
import { fetchErrorPages } from '../../../../../server/formation/proxies/fetch-error-pages.js';
import { RemoteNetworks } from '../../../../../server/remote/remote-networks.js';
import { RemoteSource } from '../../../../../server/remote/remote-source.js';

describe("an app's own error page", function () {
  this.timeout(20_000);
  let server: Server;
  let port: number;
  const asked: string[] = [];
  const html = { 'content-type': 'text/html; charset=utf-8' };
  const largest = 64 * 1024;
  type Answer = (response: ServerResponse) => void;
  const sends =
    (body: string | Buffer, headers: Record<string, string> = html, status = 200): Answer =>
    (response) =>
      response.writeHead(status, headers).end(body);
  const answers: Readonly<Record<string, Answer>> = {
    '/503.html': sends('<p>ünlich $5</p>'),
    '/largest': sends('x'.repeat(largest)),
    '/larger': sends('x'.repeat(largest + 1)),
    '/endless': (response) => {
      response.writeHead(200, html);
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    },
    '/picture': sends('x', { 'content-type': 'image/png' }),
    '/untold': sends('x', {}),
    '/packed': sends('x', { ...html, 'content-encoding': 'gzip' }),
    '/latin': sends(Buffer.from([0x66, 0xfc, 0x72])),
    '/null': sends('a\0b'),
    '/empty': sends(' \n'),
    '/gone': sends('x', html, 404),
    '/silent': (response) => void response.writeHead(200, html).write('x'),
    '/moved': sends('', { location: '/503.html' }, 302),
    '/inwards': sends('', { location: 'http://169.254.169.254/latest/' }, 302),
  };
  const source = new RemoteSource({
    networks: new RemoteNetworks(['127.0.0.3/32']),
    authorities: async () => [],
    what: 'pages',
    setting: 'DEIS_PAGE_SOURCES',
    field: 'error_page',
  });
  const fetchPage = (url: string) =>
    fetchErrorPages((each, signal) => source.open(each, signal), { '503': url });
  const at = (path: string, host = '127.0.0.3'): string => `http://${host}:${port}${path}`;

  before(async () => {
    server = createServer((request, response) => {
      const { pathname } = new URL(request.url!, 'http://server');
      asked.push(pathname);
      answers[pathname]!(response);
    }).listen(0, '0.0.0.0');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  beforeEach(() => void (asked.length = 0));
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  it('is fetched once, and kept with its URL but the query', async () => {
    assert.deepEqual(await fetchPage(at('/503.html?signature=1')), {
      '503': { url: at('/503.html'), content: '<p>ünlich $5</p>' },
    });
    assert.deepEqual(asked, ['/503.html']);
    assert.equal((await fetchPage(at('/moved')))['503']?.content, '<p>ünlich $5</p>');
    assert.equal((await fetchPage(at('/largest')))['503']?.content.length, largest);
    const none = await fetchErrorPages(() => assert.fail('nothing is to be fetched'), { '502': null });
    assert.deepEqual(none, { '502': null });
  });

  const wrong: [path: string, told: RegExp][] = [
    ['/larger', /larger than 64 KiB: give a smaller one/],
    ['/endless', /larger than 64 KiB/],
    ['/picture', /sent as "image\/png": it must be sent as text\/html/],
    ['/untold', /sent as "": it must be/],
    ['/packed', /sent compressed/],
    ['/latin', /not valid UTF-8/],
    ['/null', /not valid UTF-8/],
    ['/empty', /is empty/],
    ['/gone', /it answers 404/],
    ['/inwards', /169\.254\.169\.254 is in a network .* DEIS_PAGE_SOURCES/],
  ];
  for (const [path, told] of wrong)
    it(`is refused where it is ${path.slice(1)}, naming the URL without its query`, async () => {
      await assert.rejects(
        fetchPage(at(`${path}?signature=hidden`)),
        (error) =>
          error instanceof UserError &&
          error.field === 'error_page' &&
          told.test(error.message) &&
          !error.message.includes('hidden'),
      );
    });

  it('is refused where it is silent, within ten seconds for all pages', async () => {
    const { timeout } = AbortSignal;
    const limits: number[] = [];
    AbortSignal.timeout = (ms) => {
      limits.push(ms);
      return timeout.call(AbortSignal, Math.min(ms, 300));
    };
    try {
      await assert.rejects(
        fetchPage(at('/silent?signature=hidden')),
        (error) =>
          error instanceof UserError &&
          error.field === 'error_page' &&
          /\/silent did not come whole within 10 s$/.test(error.message),
      );
    } finally {
      AbortSignal.timeout = timeout;
    }
    assert.equal(limits[0], 10_000);
  });

  for (const host of ['127.0.0.2', 'localhost', '[::1]'])
    it(`is not asked of ${host}`, async () => {
      await assert.rejects(fetchPage(at('/503.html', host)), /DEIS_PAGE_SOURCES/);
      assert.deepEqual(asked, []);
    });
});
