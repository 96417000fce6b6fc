import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { waitUntil } from '../../../../../base/wait-until.js';
import { freePort } from '../../../../../server/free-port.js';

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
}

const server = resolve('server/builder/buildpacks/static/lib/static-server.mjs');

/** The server in a folder with these files, and static.json if there is one. */
class Site {
  readonly folder = mkdtempSync(join(tmpdir(), 'deis-static-'));
  #server: ChildProcess | undefined;
  #port = 0;

  async start(files: Readonly<Record<string, string>>, settings?: unknown, variables = {}): Promise<void> {
    const all = settings === undefined ? files : { ...files, 'static.json': JSON.stringify(settings) };
    for (const [name, text] of Object.entries(all)) {
      mkdirSync(dirname(join(this.folder, name)), { recursive: true });
      writeFileSync(join(this.folder, name), text);
    }
    this.#port = await freePort('127.0.0.1', 0);
    this.#server = spawn(process.execPath, [server], {
      cwd: this.folder,
      env: { ...variables, PORT: String(this.#port) },
      stdio: 'ignore',
    });
    const answers = (): Promise<true | undefined> =>
      this.ask('/').then(
        () => true,
        () => undefined,
      );
    await waitUntil(answers, { deadlineMs: 20_000, intervalMs: 50, what: 'the static server' });
  }

  /** The path goes out as it is: fetch would tidy it up first. */
  ask(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return new Promise((done, failed) => {
      request({ host: '127.0.0.1', port: this.#port, path, headers }, (response) => {
        let text = '';
        response
          .setEncoding('utf8')
          .on('data', (part: string) => (text += part))
          .on('end', () => done({ status: response.statusCode ?? 0, text, headers: response.headers }));
      })
        .on('error', failed)
        .end();
    });
  }

  async get(path: string): Promise<{ status: number; text: string }> {
    const { status, text } = await this.ask(path);
    return { status, text };
  }

  close(): void {
    this.#server?.kill();
    rmSync(this.folder, { recursive: true });
  }
}

describe('the static server of a slug', () => {
  const site = new Site();
  const get = (path: string): Promise<{ status: number; text: string }> => site.get(path);

  before(() =>
    site.start({ 'index.html': 'index', 'docs/index.html': 'docs', x: 'file x', '.secret': 'hidden' }),
  );
  after(() => site.close());

  it('takes two slashes for one, not for the beginning of a host name', async () => {
    assert.deepEqual(await get('//x'), { status: 200, text: 'file x' });
    assert.equal((await get('//nothing')).status, 404);
    assert.deepEqual(await get('//docs//'), { status: 200, text: 'docs' });
  });

  it('serves files, indexes and full URLs, and neither dot files nor what lies outside', async () => {
    assert.equal((await get('/?a=//b')).text, 'index');
    assert.equal((await get('http://example.com/x')).text, 'file x');
    assert.equal((await get('/docs')).status, 301);
    for (const path of [
      '/.secret',
      '/../etc/passwd',
      '/%2e%2e/%2e%2e/etc/passwd',
      '//../../etc/passwd',
      '/docs/../.secret',
    ])
      assert.equal((await get(path)).status, 404, path);
    assert.equal((await get('/%E0%A4%A')).status, 400);
  });
});

describe('the static server with static.json', () => {
  const site = new Site();
  const files = {
    'public/index.html': 'index',
    'public/app.js': 'script',
    'public/gone.html': 'not gone',
    'public/about.html': 'about',
    'public/foo.html': 'foo page',
    'public/foo/index.html': 'foo folder',
    'public/assets/fonts/a.woff': 'font',
    'public/errors/404.html': 'no such page',
    outside: 'secret',
  };
  const settings = {
    root: 'public/',
    clean_urls: true,
    encoding: 'US-ASCII',
    error_page: 'errors/404.html',
    routes: {
      '/assets/*': '/assets/',
      '/one/*.html': 'about.html',
      '/up': '../outside',
      '/app/**': 'index.html',
      '/app/late': 'about.html',
    },
    redirects: {
      '/old/gone/': { url: '/' },
      '/app/moved': { url: '${NEW_SITE}/here', status: 302 },
      '/unset': { url: '${NOT_SET}/x' },
      '/gone.html': { url: '/never' },
    },
    headers: {
      '/**': { 'X-Foo': 'bar', 'X-Bar': 1 },
      '/': { 'cache-control': 'no-store' },
      '/assets/**': { 'Access-Control-Allow-Origin': '*', 'content-type': 'font/own' },
      '/about': { 'X-Foo': 'about' },
    },
  };
  const target = async (path: string): Promise<unknown[]> => {
    const { status, headers } = await site.ask(path);
    return [status, headers.location];
  };

  before(() => site.start(files, settings, { NEW_SITE: 'https://new.example.com' }));
  after(() => site.close());

  it('sends what no file is to the page of the first route that fits', async () => {
    for (const path of ['/app/a', '/app/deep/link/', '/app/late', '/app/?x=/one/b.html'])
      assert.deepEqual(await site.get(path), { status: 200, text: 'index' }, path);
    assert.deepEqual(await site.get('/one/b.html'), { status: 200, text: 'about' });
    assert.equal((await site.get('/one/b/c.html')).status, 404);
    assert.deepEqual(await site.get('/app.js'), { status: 200, text: 'script' });
    assert.equal((await site.get('/assets/none.png')).status, 404);
    assert.equal((await site.get('/up')).status, 404);
  });

  it('redirects before it routes, and after it has looked for a file', async () => {
    assert.deepEqual(await target('/old/gone/'), [301, '/']);
    assert.deepEqual(await target('/old/gone'), [404, undefined]);
    assert.deepEqual(await target('/app/moved'), [302, 'https://new.example.com/here']);
    assert.deepEqual(await target('/unset'), [301, '${NOT_SET}/x']);
    assert.equal((await site.get('/gone.html')).text, 'not gone');
  });

  it('drops .html, and prefers the page to a folder of its name', async () => {
    assert.equal((await site.get('/about')).text, 'about');
    assert.equal((await site.get('/foo')).text, 'foo page');
    assert.equal((await site.get('/foo/')).text, 'foo folder');
  });

  it('gives the headers of the last path that fits, and those alone, in place of its own', async () => {
    const headers = async (path: string): Promise<IncomingHttpHeaders> => (await site.ask(path)).headers;
    const about = await headers('/about');
    assert.deepEqual([about['x-foo'], about['x-bar']], ['about', undefined]);
    assert.equal(about['content-type'], 'text/html; charset=US-ASCII');
    assert.equal((await headers('/'))['cache-control'], 'no-store');
    const font = await headers('/assets/fonts/a.woff');
    assert.deepEqual([font['access-control-allow-origin'], font['content-type']], ['*', 'font/own']);
    for (const path of ['/nothing', '/app/moved', '/app/deep'])
      assert.equal((await headers(path))['x-bar'], '1');
  });

  it('shows its own page for what is not there', async () =>
    assert.deepEqual(await site.get('/nothing'), { status: 404, text: 'no such page' }));
});

describe('the static server of a site with one host, over TLS alone', () => {
  const site = new Site();
  const files = { 'public_html/index.html': 'index', 'public_html/a.txt': 'a' };
  const through = async (proto: string, host: string, path = '/a.txt?x=1'): Promise<unknown[]> => {
    const { status, headers } = await site.ask(path, { 'X-Forwarded-Proto': proto, Host: host });
    return [status, headers.location];
  };

  before(() =>
    site.start(files, { https_only: true, canonical_host: '${HOST}' }, { HOST: 'www.example.com' }),
  );
  after(() => site.close());

  it('sends those that came otherwise there', async () => {
    const right = 'https://www.example.com/a.txt?x=1';
    assert.deepEqual(await through('http', 'www.example.com'), [301, right]);
    assert.deepEqual(await through('http', 'example.com'), [301, right]);
    assert.deepEqual(await through('https', 'example.com'), [301, right]);
    assert.deepEqual(await through('https', 'WWW.example.com:443'), [200, undefined]);
  });

  it('answers health checks, which no proxy sends', async () =>
    assert.deepEqual(await site.get('/'), { status: 200, text: 'index' }));
});
