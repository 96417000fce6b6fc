import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import ssh2 from 'ssh2';
import { waitUntil } from '../../base/wait-until.js';
import { Person, startChromium } from '../support/dashboard/browser.js';
import { allScreens } from '../support/dashboard/screens.js';
import { ControllerProcess } from '../support/server/controller-process.js';

const password = 'correct horse battery';
/** Without a place to break at, and of a wide letter. */
const long = (length: number, letter = 'w'): string => letter.repeat(length);
/** As long as the API takes them. */
const names = {
  ...{ user: long(63), friend: long(63, 'm'), key: long(100), token: long(100), flavor: long(100) },
  ...{ formation: long(40), service: long(40, 's'), guest: long(40, 'g'), layer: long(18) },
  ...{ type: long(32), variable: long(255), attached: long(255, 'A'), tag: `${long(63)}=${long(63)}` },
  ...{ domain: `${[long(63), long(63), long(63), long(57)].join('.')}.ww`, cert: long(100) },
  ...{ alert: long(40), hook: long(40), drain: long(100) },
};

interface Operation {
  readonly id: string;
  readonly state: string;
}

/** What people may call things, in a real Chromium; nodes are on paper. */
describe('the dashboard, of long names', function () {
  this.timeout(120_000);
  const controller = new ControllerProcess();
  const slug = gzipSync(Buffer.alloc(10_240));
  const { user, formation, type } = names;
  let browser: Browser;
  let person: Person;
  let slugs: Server;
  let token = '';

  const ask = <T>(method: string, path: string, body?: object): Promise<T> =>
    controller.ask(method, path, { body, token });
  /** Asks for an operation of a formation and waits for its end, which is a success. Resolves to its id. */
  const operate = async (path: string, body: object, of = formation): Promise<string> => {
    const { id } = await ask<Operation>('POST', `/api/formations/${of}/${path}`, body);
    const { state } = await waitUntil(
      async () => {
        const operation = await ask<Operation>('GET', `/api/operations/${id}`);
        return ['queued', 'running'].includes(operation.state) ? undefined : operation;
      },
      { deadlineMs: 30_000, intervalMs: 50, what: `the end of ${path}` },
    );
    assert.equal(state, 'succeeded', path);
    return id;
  };
  const account = (username: string, name: string) => ({
    ...{ username, password, email: `${name.repeat(64)}@example.com` },
  });

  /** What is a person's own. */
  async function ownThings(): Promise<void> {
    await ask('POST', '/api/auth/register', account(user, 'a'));
    ({ token } = await ask<{ token: string }>('POST', '/api/auth/login', { username: user, password }));
    const { code } = await ask<{ code: string }>('POST', '/api/users/invite', {});
    await controller.ask('POST', '/api/auth/register', { body: { ...account(names.friend, 'b'), code } });
    const { public: key } = ssh2.utils.generateKeyPairSync('ed25519', { comment: long(200) });
    await ask('POST', '/api/keys', { id: names.key, public: key });
    await ask('POST', '/api/tokens', { name: names.token });
    await ask('POST', '/api/providers', { id: names.flavor, type: 'mock', creds: {} });
    await ask('POST', '/api/flavors', { id: names.flavor, provider: names.flavor, params: {} });
  }

  /** A formation with nodes and an app. */
  async function app(): Promise<void> {
    const [name, value] = names.tag.split('=') as [string, string];
    for (const id of [formation, names.service])
      await ask('POST', '/api/formations', { id, flavor: names.flavor });
    await ask('POST', `/api/formations/${formation}/layers`, {
      ...{ id: names.layer, flavor: names.flavor, kind: 'runtime', environment: long(100) },
      ...{ tags: { [name]: value }, attributes: { [long(200)]: long(200) } },
    });
    await operate('scale/layers', { [names.layer]: 1, proxy: 1 });
    await operate('scale/layers', { runtime: 1, proxy: 1 }, names.service);
    await operate('proxy', { mode: 'tcp' }, names.service);
    await operate('config', { values: { [names.variable]: long(1000) } });
    await operate('builds', {
      url: `http://127.0.0.1:${(slugs.address() as AddressInfo).port}/app.tgz`,
      sha256: createHash('sha256').update(slug).digest('hex'),
      procfile: { web: './server', [type]: long(300) },
    });
    await operate('scale/containers', { [type]: 1 });
    await operate('limits', { memory: { [type]: '512M' } });
    await operate('healthchecks', { checks: { [type]: { kind: 'http', path: `/${long(200)}` } } });
    await operate('tags', { tags: { [type]: { [name]: value } } });
    await operate('services', { service: names.service, variable: names.attached });
    await operate('domains', { domain: names.domain });
    await operate('generated-certs', { id: names.cert });
    await ask('POST', `/api/formations/${formation}/runs`, { command: long(300) });
  }

  /** Who is told and who is let in. */
  async function others(): Promise<void> {
    const of = `/api/formations/${formation}`;
    await ask('POST', `${of}/perms`, { username: names.friend, role: 'viewer' });
    await ask('POST', `${of}/host-shares`, { username: names.friend });
    await ask('POST', `${of}/hooks`, { url: `http://127.0.0.1:9/${long(300)}`, name: names.hook });
    const rule = { kind: 'log', name: names.alert, pattern: long(200) };
    await ask('POST', `${of}/alerts`, rule);
    await ask('POST', `${of}/alerts`, { kind: 'backup' });
    await ask('POST', `${of}/drains`, { id: names.drain, url: 'syslog://127.0.0.1:9' });
    await ask('POST', '/api/formations', { id: names.guest, on: formation });
    await ask('POST', `/api/formations/${names.guest}/transfer`, { username: names.friend });
  }

  before(async () => {
    slugs = createServer((_request, response) => response.end(slug)).listen(0, '127.0.0.1');
    await once(slugs, 'listening');
    await controller.start({
      ...{ DEIS_PROVIDERS: 'mock', DEIS_SLUG_SOURCES: '127.0.0.1/32', DEIS_HOOK_NETWORKS: '127.0.0.0/8' },
      DEIS_LOG_DRAIN_NETWORKS: '127.0.0.0/8',
    });
    await ownThings();
    await app();
    await others();
    browser = await startChromium();
    person = await Person.signedIn(browser, controller.running.url, user, password);
  });
  after(async () => {
    await browser?.close();
    slugs?.close();
    await controller.remove();
  });

  /** Opens what of a screen is folded away. */
  async function unfold(): Promise<void> {
    const { page } = person;
    await page.evaluate("document.querySelectorAll('main details').forEach((each) => (each.open = true))");
    await page.evaluate(
      "document.querySelectorAll('main [aria-expanded=false]').forEach((each) => each.click())",
    );
    await page
      .getByText(/^Reading .* \.\.\.$/)
      .first()
      .waitFor({ state: 'detached' });
  }

  it('is no wider than its window on any screen, with all of that opened', async () => {
    const { results } = await ask<{ results: Operation[] }>('GET', `/api/formations/${formation}/operations`);
    const faults: string[] = [];
    for (const place of allScreens(formation, results[0]!.id)) {
      await person.open(place);
      await unfold();
      const name = place
        .replaceAll(formation, '')
        .replace(/^formations\W+/, '')
        .slice(0, 10);
      faults.push(...(await person.picture(`long-${name.replace(/\W/g, '-') || 'start'}`)));
    }
    assert.deepEqual(faults, []);
  });

  it('has no dialog that is wider than itself', async () => {
    const { page } = person;
    await page.setViewportSize({ width: 390, height: 900 });
    await person.open(`formations/${formation}/domains`);
    await page.getByRole('button', { name: `Remove ${names.domain}` }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('deis domains:remove').waitFor();
    const over = await page
      .evaluate(
        "(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('dialog'))",
      )
      .then(Number);
    assert.ok(over <= 0, `${over} pixels too wide`);
    assert.deepEqual(await person.picture('long-dialog'), []);
    assert.deepEqual([...person.wrong, ...person.refused], []);
  });
});
