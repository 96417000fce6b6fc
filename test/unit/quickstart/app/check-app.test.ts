import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { checkApp } from '../../../../quickstart/app/check-app.js';

describe("quickstart's look at the app", () => {
  let proxy: Server;
  let url: string;
  let answers: Readonly<Record<string, number>>;

  /** Like a proxy with server names: others get 404. */
  beforeEach(async () => {
    proxy = createServer(({ headers }, response) => {
      response.writeHead(answers[headers.host ?? ''] ?? 404);
      response.end('Powered by Deis\nand more');
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/`;
  });
  afterEach(async () => {
    proxy.close();
    await once(proxy, 'close');
  });

  const look = async (domains: readonly string[]): Promise<{ live: string; notes: string[] }> => {
    const notes: string[] = [];
    return { live: await checkApp(url, domains, (line) => notes.push(line)), notes };
  };

  it('asks the bare address of an app without domains, and shows the first line', async () => {
    answers = { [new URL(url).host]: 200 };
    assert.deepEqual(await look([]), { live: url, notes: ['Powered by Deis'] });
  });

  it('asks by a domain where the app has some, for the bare address is not the app', async () => {
    answers = { 'www.example.com': 200 };
    const { live, notes } = await look(['www.example.com', 'example.com']);
    assert.equal(live, 'http://www.example.com/');
    assert.match(notes.join('\n'), new RegExp(`curl -H 'Host: www\\.example\\.com' ${url}`));
  });

  it('asks by a name below a wildcard', async () => {
    answers = { 'www.apps.example.com': 301 };
    assert.equal((await look(['*.apps.example.com'])).live, 'http://www.apps.example.com/');
  });

  it('waits until a proxy without its app, which answers 502, has it', async () => {
    let asked = 0;
    answers = new Proxy({}, { get: () => ((asked += 1) < 3 ? 502 : 200) });
    await look(['www.example.com']);
    assert.equal(asked, 3);
  });
});
