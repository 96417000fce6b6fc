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
import { ControllerProcess } from '../support/server/controller-process.js';

const password = 'correct horse battery';

interface Operation {
  readonly id: string;
  readonly state: string;
}

interface Proxy {
  readonly set: readonly string[];
  readonly allow: readonly string[];
  readonly error_page: object;
}

/** From a new account to an app with settings, in a real Chromium; nodes are on paper. */
describe('the dashboard, from a first key to settings', function () {
  this.timeout(60_000);
  const controller = new ControllerProcess();
  let browser: Browser;
  let ada: Person;
  let vera: Person;
  let slugs: Server;
  let token = '';

  const ask = <T>(method: string, path: string, body?: object, as = token): Promise<T> =>
    controller.ask(method, path, { body, token: as });
  /** Asks for an operation and waits for its end, which is a success. */
  const operate = async (path: string, body: object): Promise<void> => {
    const { id } = await ask<Operation>('POST', `/api/formations/shop/${path}`, body);
    const { state } = await waitUntil(
      async () => {
        const operation = await ask<Operation>('GET', `/api/operations/${id}`);
        return ['queued', 'running'].includes(operation.state) ? undefined : operation;
      },
      { deadlineMs: 30_000, intervalMs: 100, what: `the end of ${path}` },
    );
    assert.equal(state, 'succeeded', path);
  };
  const signedIn = (username: string): Promise<Person> =>
    Person.signedIn(browser, controller.running.url, username, password);
  const heading = (person: Person, name: string | RegExp) => person.page.getByRole('heading', { name });
  const button = (person: Person, name: string | RegExp) =>
    person.page.getByRole('button', { name, exact: true });
  /** Where the slug and the pages are. */
  const served = (): string => `http://127.0.0.1:${(slugs.address() as AddressInfo).port}`;
  /** On the screen of an operation: that it has ended well. */
  const succeeds = (person: Person): Promise<void> => heading(person, /succeeded$/).waitFor();

  /** Ada owns a formation that has nothing yet; Vera is a viewer there. */
  before(async () => {
    await controller.start({
      ...{ DEIS_PROVIDERS: 'mock', DEIS_WATCH_SECONDS: '1' },
      ...{ DEIS_SLUG_SOURCES: '127.0.0.1/32', DEIS_PAGE_SOURCES: '127.0.0.1/32' },
    });
    const slug = gzipSync(Buffer.alloc(10_240));
    const page = '<!doctype html><title>soon</title>';
    slugs = createServer(({ url }, response) => {
      if (url === '/app.tgz') return response.end(slug);
      return response
        .writeHead(url?.startsWith('/503.html') === true ? 200 : 404, { 'Content-Type': 'text/html' })
        .end(page);
    }).listen(0, '127.0.0.1');
    await once(slugs, 'listening');
    browser = await startChromium();
    const account = (username: string) => ({ username, password, email: `${username}@example.com` });
    await ask('POST', '/api/auth/register', account('ada'), '');
    ({ token } = await ask<{ token: string }>('POST', '/api/auth/login', { username: 'ada', password }, ''));
    const { code } = await ask<{ code: string }>('POST', '/api/users/invite', {});
    await ask('POST', '/api/auth/register', { ...account('vera'), code }, '');
    await ask('POST', '/api/formations', { id: 'shop', flavor: 'mock' });
    await ask('POST', '/api/formations/shop/perms', { username: 'vera', role: 'viewer' });
    ada = await signedIn('ada');
    vera = await signedIn('vera');
  });
  after(async () => {
    await browser?.close();
    slugs?.close();
    await controller.remove();
  });

  it('says on a formation without a release what is missing for one, to those who may push', async () => {
    const { page } = ada;
    const { git_url: url } = await ask<{ git_url: string }>('GET', '/api/formations/shop');
    await ada.open('formations/shop/overview');
    await heading(ada, 'Next: push your app').waitFor();
    await page.getByText(`git remote add deis ${url}`).waitFor();
    await page.getByText('git push deis HEAD:master').waitFor();
    await page.getByText('When git asks whether the host is authentic').click();
    await page.getByText(/^\[.+\]:\d+ ssh-ed25519 AAAA/).waitFor();
    assert.equal(
      await page.getByRole('link', { name: 'Give it nodes' }).getAttribute('href'),
      '#/formations/shop/scale',
    );
    assert.deepEqual([...(await ada.seriousFaults()), ...(await ada.picture('first-push'))], []);
    await vera.open('formations/shop/overview');
    await vera.page.getByText('none yet').first().waitFor();
    assert.equal(await heading(vera, 'Next: push your app').count(), 0);
    await page.getByRole('link', { name: 'Add an SSH key to your account' }).click();
    await heading(ada, 'SSH keys').waitFor();
  });

  it('adds an SSH key and removes it, and lets no private key out of the page', async () => {
    const { page } = ada;
    const sent: string[] = [];
    page.on('request', (request) => {
      if (request.method() !== 'GET') sent.push(request.postData() ?? '');
    });
    const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment: 'ada@laptop' });
    await button(ada, 'Add an SSH key').click();
    const field = page.getByLabel('Public key');
    const error = page.locator('.field', { hasText: 'Public key' }).getByRole('alert');
    for (let time = 0; time < 2; time += 1) {
      await field.fill(pair.private);
      await error.getByText('Paste its public half').waitFor();
      // It is required, so an empty one is invalid.
      await page.locator('textarea:invalid').waitFor();
      assert.equal(await button(ada, 'Add key').isDisabled(), true);
    }
    assert.deepEqual([...(await ada.seriousFaults()), ...(await ada.picture('private-key'))], []);
    await field.fill('ssh-ed25519 AAAA');
    await page.getByText('deis keys:add', { exact: true }).waitFor();
    await button(ada, 'Add key').click();
    await error.getByText('not readable as an OpenSSH public key').waitFor();
    await field.fill(`${pair.public}\n`);
    await button(ada, 'Add key').click();
    await heading(ada, 'ada@laptop').waitFor();
    assert.deepEqual(sent, [
      JSON.stringify({ public: 'ssh-ed25519 AAAA' }),
      JSON.stringify({ public: pair.public }),
    ]);
    const { results } = await ask<{ results: { fingerprint: string }[] }>('GET', '/api/keys');
    await page.getByText(results[0]!.fingerprint, { exact: true }).waitFor();
    assert.deepEqual([...(await ada.seriousFaults()), ...(await ada.picture('keys'))], []);
    await ada.open('formations/shop/overview');
    await heading(ada, 'Next: push your app').waitFor();
    assert.equal(await page.getByRole('link', { name: 'Add an SSH key to your account' }).count(), 0);
    await ada.open('account');
    await ada.confirm('Remove key ada@laptop', 'deis keys:remove ada@laptop');
    await heading(ada, 'ada@laptop').waitFor({ state: 'detached' });
  });

  it('begins maintenance and ends it', async () => {
    const slug = gzipSync(Buffer.alloc(10_240));
    await operate('scale/layers', { runtime: 1, proxy: 1 });
    await operate('builds', {
      url: `${served()}/app.tgz`,
      sha256: createHash('sha256').update(slug).digest('hex'),
      procfile: { web: './server', worker: './work' },
    });
    await operate('scale/containers', { worker: 1 });
    await ada.open('formations/shop/settings');
    await ada.page.getByText('The app answers its visitors.').waitFor();
    await ada.confirm('Begin maintenance', 'deis maintenance:on -f shop');
    await succeeds(ada);
    await ada.open('formations/shop/settings');
    await ada.page.getByText("Visitors get the proxies' own page with the status 503").waitFor();
    await ada.confirm('End maintenance', 'deis maintenance:off -f shop');
    await succeeds(ada);
    assert.deepEqual(await ask('GET', '/api/formations/shop/maintenance'), { enabled: false });
  });

  it('gives process types their time to stop, by a release', async () => {
    const { page } = ada;
    await ada.open('formations/shop/settings');
    await page.getByLabel('Seconds for worker').fill('30');
    await page.getByText('deis timeouts:set worker=30 -f shop').waitFor();
    await button(ada, 'Save times to stop and deploy').click();
    await succeeds(ada);
    const { timeouts } = await ask<{ timeouts: object }>('GET', '/api/formations/shop/timeouts');
    assert.deepEqual(timeouts, { worker: 30 });
  });

  it('changes settings of the proxies, with what is wrong beside its field, and over nobody', async () => {
    const { page } = ada;
    const save = button(ada, 'Save settings of the proxies');
    const beside = (field: string) => page.locator('.field', { hasText: field }).getByRole('alert');
    await ada.open('formations/shop/settings');
    assert.equal(await save.isDisabled(), true);
    await page.getByLabel('How many more may come at once').fill('40');
    await page.getByText('deis proxy:set rate_burst=40 -f shop').waitFor();
    await save.click();
    await beside('How many more').getByText('rate_burst says more about rate_limit').waitFor();
    await page.getByLabel('Requests that one client may send').fill('20/s');
    await page.getByLabel('No container answers (503)').fill(`${served()}/none.html`);
    await save.click();
    await page.getByRole('group', { name: 'Pages of your own' }).getByRole('alert').waitFor();
    assert.deepEqual([...(await ada.seriousFaults()), ...(await ada.picture('proxy-form'))], []);
    await operate('proxy', { timeout: 60 });
    await page.getByLabel('No container answers (503)').fill(`${served()}/503.html`);
    await save.click();
    await page.getByText('It has changed since you read it').waitFor();
    await ada.open('formations/shop/overview');
    await ada.open('formations/shop/settings');
    assert.equal(await page.getByLabel('Seconds that the app may be silent').inputValue(), '60');
    await page.getByLabel('Seconds that the app may be silent').fill('');
    await page.getByLabel('Addresses and networks that may ask').fill('10.0.0.0/8');
    await page.getByLabel('No container answers (503)').fill(`${served()}/503.html?sig=1`);
    await page.getByText(`deis proxy:unset timeout -f shop`).waitFor();
    await save.click();
    await succeeds(ada);
    const { set, allow, error_page: pages } = await ask<Proxy>('GET', '/api/formations/shop/proxy');
    assert.deepEqual(set, ['allow', 'error_page']);
    assert.deepEqual([allow, pages], [['10.0.0.0/8'], { '503': `${served()}/503.html` }]);
    await ada.open('formations/shop/settings');
    await ada.confirm('Fetch the pages again', `deis proxy:set error_page=503:${served()}/503.html -f shop`);
    await succeeds(ada);
  });

  it('shows a viewer the settings in words, with no way to change them', async () => {
    const { page } = vera;
    await vera.open('formations/shop/settings');
    await page.locator('.fact', { hasText: 'may ask' }).getByText('10.0.0.0/8').waitFor();
    await page.locator('.fact', { hasText: 'worker' }).getByText('30 s').waitFor();
    assert.equal(await page.locator('main').getByRole('button').count(), 0);
    assert.deepEqual([...(await vera.seriousFaults()), ...(await vera.picture('settings-seen'))], []);
  });

  it('finds out what a converge would change, restarts one container, and shows what was written', async () => {
    const { page } = ada;
    await ada.open('formations/shop/overview');
    await ada.confirm('Plan', 'deis plan -f shop');
    await succeeds(ada);
    await heading(ada, 'What a converge would change').waitFor();
    await page.getByText(/^(Nothing on any of its|\d+ resources on) /).waitFor();
    assert.deepEqual([...(await ada.seriousFaults()), ...(await ada.picture('plan'))], []);
    await ada.open('formations/shop/overview');
    await button(ada, 'Databag').click();
    await page.getByRole('log', { name: 'Databag' }).getByText('"id": "shop"').waitFor();
    await button(ada, 'Restart').click();
    const dialog = page.getByRole('dialog', { name: 'Restart' });
    await dialog.getByLabel('Only a process type').fill('web.1');
    await dialog.getByText('deis restart web.1 -f shop').waitFor();
    await dialog.getByRole('button', { name: 'Restart' }).click();
    await succeeds(ada);
    await ada.open('formations/shop/releases');
    await button(ada, 'Output of v2').click();
    await page.getByText('It has no release phase, and no container of it has failed.').waitFor();
    await page.getByText('deis releases:output v2 -f shop').waitFor();
  });

  it('edits the config as one text, which says the same as the table', async () => {
    const { page } = ada;
    await operate('config', { values: { COLOUR: 'red', SIZE: 'large' } });
    await ada.open('formations/shop/config');
    await button(ada, 'Edit as text').click();
    const text = page.getByLabel('All variables, NAME=value');
    await text.waitFor();
    assert.equal(await text.inputValue(), 'COLOUR=red\nSIZE=large\n');
    await text.fill('COLOUR=red\nno variable');
    await page.getByText('Line 2: no NAME=value').waitFor();
    assert.equal(await button(ada, 'Save and deploy').isDisabled(), true);
    await text.fill('SIZE="very large"\n');
    await page.getByText('deis config:set SIZE=... -f shop && deis config:unset COLOUR -f shop').waitFor();
    assert.deepEqual([...(await ada.seriousFaults()), ...(await ada.picture('config-text'))], []);
    await button(ada, 'Edit as text').click();
    await page.getByRole('row', { name: 'SIZE' }).getByText('changed').waitFor();
    await button(ada, 'Save and deploy').click();
    await succeeds(ada);
    const { values } = await ask<{ values: object }>('GET', '/api/formations/shop/config');
    assert.deepEqual(values, { SIZE: 'very large' });
  });

  it('starts a command that goes on without anybody, and stops one that runs in a terminal', async () => {
    const { page } = ada;
    const row = (run: string) => page.getByRole('row', { name: run });
    await ada.open('formations/shop/terminal');
    await page.getByText('Nothing was run yet.').waitFor();
    await page.getByLabel('What to start').fill('sleep 60');
    await page.getByText('Variables for it alone (detached)').click();
    const env = page.getByLabel('NAME=value, one a line (detached)');
    await env.fill('BATCH');
    await button(ada, 'Start detached').click();
    await page.getByText('"BATCH" is not a valid variable').waitFor();
    await env.fill('BATCH=5');
    await page.getByText("deis run --detach --env=BATCH=... -f shop -- 'sleep 60'").waitFor();
    const [asked] = await Promise.all([
      page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/runs')),
      button(ada, 'Start detached').click(),
    ]);
    assert.deepEqual(asked.postDataJSON(), { command: 'sleep 60', env: { BATCH: '5' } });
    await page.getByText('run.1 runs on shop-runtime-1').waitFor();
    await row('run.1').getByText('sleep 60').waitFor();
    // A node on paper has ended it at once, which the controller sees a moment later.
    await row('run.1')
      .getByText(/^(running|exited 0)$/)
      .waitFor();
    await page.getByLabel('Command').fill('bash');
    await button(ada, 'Run').click();
    await page.locator('.console .xterm-rows').getByText('nothing was run').waitFor();
    await row('run.2').getByText('running').waitFor();
    assert.deepEqual([...(await ada.seriousFaults()), ...(await ada.picture('runs'))], []);
    await ada.confirm('Stop run.2', 'deis run:stop run.2 -f shop');
    await row('run.2').getByText('ended').waitFor();
    await button(ada, 'End it').click();
    await page.getByText('You ended it.').waitFor();
    await vera.open('formations/shop/overview');
    assert.equal(await vera.page.getByRole('link', { name: 'Terminal' }).count(), 0);
  });

  it('changes a password, with which one signs in from then on', async () => {
    const { page } = vera;
    const next = 'another battery, staple';
    const change = async (from: string, to: string): Promise<void> => {
      await page.getByLabel('The password as it is').fill(from);
      await page.getByLabel('A new one').fill(to);
      await button(vera, 'Change the password').click();
    };
    await vera.open('account');
    await page.getByText('deis auth:passwd').waitFor();
    await change('not this one', next);
    await page.getByText('That is not your password').waitFor();
    await change(password, next);
    await page.getByText('It is changed.').waitFor();
    await assert.rejects(ask('POST', '/api/auth/login', { username: 'vera', password }, ''), /401/);
    await Promise.all([
      page.waitForResponse((answer) => answer.url().endsWith('/auth/passwd') && answer.ok()),
      change(next, password),
    ]);
    await ask('POST', '/api/auth/login', { username: 'vera', password }, '');
  });

  it('deletes an account with its password, and not while it owns a formation', async () => {
    const { page } = vera;
    const label = 'Delete this account';
    const dialog = page.getByRole('dialog', { name: label });
    await ada.open('account');
    await button(ada, label).click();
    const refusing = ada.page.getByRole('dialog', { name: label });
    await refusing.getByLabel('Type ada to confirm').fill('ada');
    await refusing.getByLabel('The password of this account').fill(password);
    await refusing.getByRole('button', { name: label }).click();
    await refusing.getByText('You own shop: destroy or transfer first').waitFor();
    await ada.page.keyboard.press('Escape');
    await vera.open('account');
    await button(vera, label).click();
    await dialog.getByText('deis auth:cancel --confirm=vera').waitFor();
    await dialog.getByLabel('The password of this account').fill('not this one');
    assert.equal(await dialog.getByRole('button', { name: label }).isDisabled(), true);
    await dialog.getByLabel('Type vera to confirm').fill('vera');
    await dialog.getByRole('button', { name: label }).click();
    await dialog.getByText('That is not your password').waitFor();
    assert.deepEqual([...(await vera.seriousFaults()), ...(await vera.picture('delete-account'))], []);
    await dialog.getByLabel('The password of this account').fill(password);
    await dialog.getByRole('button', { name: label }).click();
    await heading(vera, 'Sign in').waitFor();
    const { results } = await ask<{ results: { username: string }[] }>('GET', '/api/users');
    assert.deepEqual(
      results.map(({ username }) => username),
      ['ada'],
    );
  });

  it('has asked for nothing that was refused, nor another host', () => {
    for (const { refused, wrong } of [ada, vera]) assert.deepEqual([...refused, ...wrong], []);
  });
});
