import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { waitUntil } from '../../base/wait-until.js';
import { Person, startChromium } from '../support/dashboard/browser.js';
import { ControllerProcess } from '../support/server/controller-process.js';

const password = 'correct horse battery';

interface Operation {
  readonly id: string;
  readonly state: string;
}

interface Layer {
  readonly kind: string;
  readonly level: number;
  readonly run_list: readonly string[];
  readonly attributes: object;
}

/** Layers, hosts that exist, commands on nodes, and guests, in a real Chromium; nodes are on paper. */
describe('the dashboard, of layers and guests', function () {
  this.timeout(60_000);
  const controller = new ControllerProcess();
  let browser: Browser;
  let ada: Person;
  let grace: Person;
  let token = '';

  const ask = <T>(method: string, path: string, body?: object, as = token): Promise<T> =>
    controller.ask(method, path, { body, token: as });
  const signedIn = (username: string): Promise<Person> =>
    Person.signedIn(browser, controller.running.url, username, password);
  const heading = (person: Person, name: string | RegExp) => person.page.getByRole('heading', { name });
  const button = (person: Person, name: string) => person.page.getByRole('button', { name, exact: true });
  const tab = (person: Person, name: string) =>
    person.page.getByLabel('Of this formation').getByRole('link', { name, exact: true });
  const looksWell = async (name: string): Promise<void> =>
    assert.deepEqual([...(await ada.seriousFaults()), ...(await ada.picture(name))], []);

  /** Ada is the platform's admin and has a host with a guest of Grace's; Grace may only look at the host. */
  before(async () => {
    await controller.start({ DEIS_PROVIDERS: 'mock,static', DEIS_WATCH_SECONDS: '1' });
    browser = await startChromium();
    const account = (username: string) => ({ username, password, email: `${username}@example.com` });
    await ask('POST', '/api/auth/register', account('ada'), '');
    ({ token } = await ask<{ token: string }>('POST', '/api/auth/login', { username: 'ada', password }, ''));
    const { code } = await ask<{ code: string }>('POST', '/api/users/invite', {});
    await ask('POST', '/api/auth/register', { ...account('grace'), code }, '');
    await ask('POST', '/api/formations', { id: 'platform', flavor: 'mock' });
    await ask('POST', '/api/formations/platform/perms', { username: 'grace', role: 'viewer' });
    const { id } = await ask<Operation>('POST', '/api/formations/platform/scale/layers', { runtime: 1 });
    await waitUntil(
      async () => {
        const { state } = await ask<Operation>('GET', `/api/operations/${id}`);
        return state === 'succeeded' ? state : undefined;
      },
      { deadlineMs: 30_000, intervalMs: 100, what: 'the nodes' },
    );
    await ask('POST', '/api/formations', { id: 'blog', on: 'platform' });
    await ask('POST', '/api/providers', { id: 'servers', type: 'static', creds: {} });
    await ask('POST', '/api/flavors', { id: 'server', provider: 'servers', params: {} });
    ada = await signedIn('ada');
    grace = await signedIn('grace');
  });
  after(async () => {
    await browser?.close();
    await controller.remove();
  });

  it('makes a layer, with what is wrong beside its field', async () => {
    const { page } = ada;
    await ada.open('formations/platform/layers');
    await heading(ada, /^runtime /).waitFor();
    await button(ada, 'New layer').click();
    await page.getByLabel('Name', { exact: true }).fill('My DB');
    await page.getByLabel('Kind').selectOption('custom');
    await page.getByLabel('Flavor').selectOption('server');
    await page.getByLabel('Run list').fill('recipe[deis::default]\nrecipe[deis::docker]');
    await page.getByLabel('Attributes').fill('{"mydb": ');
    await page.getByLabel('Level').fill('30');
    await button(ada, 'Make layer').click();
    const beside = (label: string) => page.locator('.field', { hasText: label }).getByRole('alert');
    await beside('Attributes').getByText('not a valid JSON object').waitFor();
    await page.getByLabel('Attributes').fill('{"mydb": {"password": "sentinel-secret"}}');
    await button(ada, 'Make layer').click();
    await beside('Name').getByText('lower-case letters').waitFor();
    await looksWell('layer-form');
    await page.getByLabel('Name', { exact: true }).fill('mydb');
    await page
      .getByText(
        'deis layers:create mydb server --kind=custom ' +
          "--run-list='recipe[deis::default],recipe[deis::docker]' --attributes=@attributes.json --level=30",
      )
      .waitFor();
    await button(ada, 'Make layer').click();
    await heading(ada, /^mydb /).waitFor();
    const made = await ask<Layer>('GET', '/api/formations/platform/layers/mydb');
    assert.deepEqual(
      [made.kind, made.level, made.run_list, made.attributes],
      [
        ...['custom', 30, ['recipe[deis::default]', 'recipe[deis::docker]']],
        { mydb: { password: 'sentinel-secret' } },
      ],
    );
    await looksWell('layers');
  });

  it('changes a layer only on top of what was seen', async () => {
    const { page } = ada;
    await button(ada, 'Change mydb').click();
    await page.getByLabel('Level').waitFor();
    assert.equal(await page.getByLabel('Level').inputValue(), '30');
    assert.ok(await button(ada, 'Save mydb').isDisabled());
    await page.getByLabel('Level').fill('40');
    await page.getByText('deis layers:update mydb --level=40 -f platform').waitFor();
    await ask('PATCH', '/api/formations/platform/layers/mydb', { environment: 'staging' });
    await button(ada, 'Save mydb').click();
    await page.locator('li', { hasText: 'mydb' }).getByRole('alert').waitFor();
    await button(ada, 'Change mydb').click();
    await button(ada, 'Change mydb').click();
    await page.getByLabel('Level').fill('40');
    await button(ada, 'Save mydb').click();
    await button(ada, 'Save mydb').waitFor({ state: 'detached' });
    await page
      .locator('li', { hasText: 'mydb' })
      .locator('.fact', { hasText: 'Level' })
      .getByText('40')
      .waitFor();
  });

  it('makes a host that exists a node, once its key was shown and confirmed', async () => {
    const { page } = ada;
    const sent: unknown[] = [];
    assert.equal(await button(ada, 'Add a host to runtime').count(), 0);
    await button(ada, 'Add a host to mydb').click();
    await page.getByLabel('Address').fill('not an address');
    await button(ada, 'Show its host key').click();
    await page.getByText('must be an address or a host name').waitFor();
    const key = { host_key: 'ssh-ed25519 AAAA', fingerprint: 'SHA256:of-the-host' };
    await page.route('**/host-key?**', (route) => route.fulfill({ json: key }));
    await page.route('**/platform/nodes', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      sent.push(route.request().postDataJSON());
      return route.fulfill({ status: 400, json: { detail: 'deis may not use sudo there', errors: [] } });
    });
    await page.getByLabel('Address').fill('203.0.113.21');
    assert.equal(await button(ada, 'Make it a node of mydb').count(), 0);
    await button(ada, 'Show its host key').click();
    await page.getByText('SHA256:of-the-host').waitFor();
    await page.getByText('deis nodes:create 203.0.113.21 --layer=mydb -f platform').waitFor();
    await looksWell('adopt-host');
    await button(ada, 'Make it a node of mydb').click();
    await page.getByText('Deis may not use sudo there').waitFor();
    assert.deepEqual(sent, [{ layer: 'mydb', address: '203.0.113.21', host_key: 'ssh-ed25519 AAAA' }]);
    // The key was another host's.
    await page.getByLabel('Address').fill('203.0.113.22');
    await page.getByText('SHA256:of-the-host').waitFor({ state: 'detached' });
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });

  it('removes a layer without nodes', async () => {
    await ada.confirm('Remove mydb', 'deis layers:destroy mydb -f platform', 'mydb');
    await heading(ada, /^mydb /).waitFor({ state: 'detached' });
    assert.equal(await button(ada, 'Remove runtime').count(), 0);
  });

  it('runs a command on a node, and shows what it writes and how it ends', async () => {
    const { page } = ada;
    await ada.open('formations/platform/overview');
    await page.getByText('Actions for platform-runtime-1').click();
    await button(ada, 'Run a command on platform-runtime-1').click();
    await page.getByLabel('Command on platform-runtime-1').fill('uptime');
    await page.getByText("deis nodes:ssh -f platform platform-runtime-1 'uptime'").waitFor();
    await button(ada, 'Run').click();
    await page.getByText('It ended with exit code 0.').waitFor();
    const event = (name: string, data: object): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
    await page.route('**/platform-runtime-1/run', (route) =>
      route.fulfill({
        contentType: 'text/event-stream',
        body: [
          event('output', { stream: 'stdout', text: 'up 3 da' }),
          event('output', { stream: 'stdout', text: 'ys\nwell' }),
          event('output', { stream: 'stderr', base64: Buffer.from(' Grüße\n').toString('base64') }),
          event('exit', { code: 7 }),
        ].join(''),
      }),
    );
    await button(ada, 'Run').click();
    await page.getByText('It ended with exit code 7.').waitFor();
    const shown = await page.getByRole('log').textContent();
    assert.equal(shown, 'up 3 days\nwell Grüße\n');
    await looksWell('node-command');
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await page.route('**/platform-runtime-1/run', () => undefined);
    await button(ada, 'Run').click();
    await button(ada, 'End it').click();
    await page.getByText('You ended it.').waitFor();
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });

  it('gives a guest a quota, and those to come', async () => {
    const { page } = ada;
    await ada.open('formations/platform/guests');
    await page.getByText('0 containers serve, quota: none').waitFor();
    await button(ada, 'Change quota of blog').click();
    await page.getByLabel('Containers').fill('ten');
    await page.getByLabel('Memory').fill('2G');
    await button(ada, 'Save quota of blog').click();
    await page.getByText('"ten" is not a valid number').waitFor();
    await page.getByLabel('Containers').fill('10');
    await page.getByText('deis hosts:quota blog --containers=10 --memory=2G -f platform').waitFor();
    await looksWell('guests');
    await button(ada, 'Save quota of blog').click();
    await page.getByText('quota: 10 containers, 2G').waitFor();
    await page.getByText('New guests get the quota none').waitFor();
    await button(ada, 'Change quota of new guests').click();
    await page.getByLabel('Guests of each person').fill('2');
    await button(ada, 'Save quota of new guests').click();
    await page.getByText('each person without a role here may have 2.').waitFor();
  });

  it('gives leave to place formations there, and takes it back', async () => {
    const { page } = ada;
    await page.getByLabel('Username').fill('nobody');
    await button(ada, 'Give leave').click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Username').fill('grace');
    await page.getByText('deis hosts:share grace -f platform').waitFor();
    await button(ada, 'Give leave').click();
    await ada.confirm('Take leave of grace back', 'deis hosts:unshare grace -f platform');
    await button(ada, 'Take leave of grace back').waitFor({ state: 'detached' });
    await ada.confirm('Make it a default host', 'deis hosts:default on -f platform');
    await page.getByText('Everybody may place formations here').waitFor();
    await ada.confirm('Make it no default host', 'deis hosts:default off -f platform');
    await button(ada, 'Make it a default host').waitFor();
  });

  it('shows neither to who may not change them, and no guests of a guest', async () => {
    await ada.open('formations/blog/layers');
    await ada.page.getByText('It lives on the nodes of platform').waitFor();
    assert.equal(await tab(ada, 'Guests').count(), 0);
    await grace.open('formations/platform/guests');
    await grace.page.getByText('Your role changes no nodes here.').waitFor();
    await tab(grace, 'Overview').waitFor();
    for (const name of ['Layers', 'Guests']) assert.equal(await tab(grace, name).count(), 0, name);
  });

  it('has asked for nothing that was refused for want of a role, nor another host', () => {
    for (const { refused, wrong } of [ada, grace]) assert.deepEqual([...refused, ...wrong], []);
  });
});
