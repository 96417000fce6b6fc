import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import ssh2 from 'ssh2';
import { Person, startChromium } from '../support/dashboard/browser.js';
import { ControllerProcess } from '../support/server/controller-process.js';

const password = 'correct horse battery';

/** From a new account to an app with settings, in a real Chromium; nodes are on paper. */
describe('the dashboard, from a first key to settings', function () {
  this.timeout(60_000);
  const controller = new ControllerProcess();
  let browser: Browser;
  let ada: Person;
  let vera: Person;
  let token = '';

  const ask = <T>(method: string, path: string, body?: object, as = token): Promise<T> =>
    controller.ask(method, path, { body, token: as });
  const signedIn = async (username: string): Promise<Person> => {
    const person = await Person.at(browser, controller.running.url);
    await person.signIn(username, password);
    return person;
  };
  const heading = (person: Person, name: string | RegExp) => person.page.getByRole('heading', { name });
  const button = (person: Person, name: string | RegExp) =>
    person.page.getByRole('button', { name, exact: true });
  /** Says yes in the dialog of an action, whose name is typed where it wants that. */
  const confirm = async ({ page }: Person, label: string, command: string, typed?: string): Promise<void> => {
    await page.getByRole('button', { name: label, exact: true }).click();
    const dialog = page.getByRole('dialog', { name: label });
    await dialog.getByText(command).waitFor();
    if (typed !== undefined) await dialog.getByRole('textbox').fill(typed);
    await dialog.getByRole('button', { name: label, exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
  };

  /** Ada owns a formation that has nothing yet; Vera is a viewer there. */
  before(async () => {
    await controller.start({ DEIS_PROVIDERS: 'mock', DEIS_WATCH_SECONDS: '1' });
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
    await controller.remove();
  });

  it('says on a formation without a release what is missing for one, to those who may push', async () => {
    const { page } = ada;
    const { git_url: url } = await ask<{ git_url: string }>('GET', '/api/formations/shop');
    await ada.open('formations/shop/overview');
    await heading(ada, 'Next: push your app').waitFor();
    await page.getByText(`git remote add deis ${url}`).waitFor();
    await page.getByText('git push deis master').waitFor();
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
      assert.equal(await field.inputValue(), '');
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
    await confirm(ada, 'Remove key ada@laptop', 'deis keys:remove ada@laptop');
    await heading(ada, 'ada@laptop').waitFor({ state: 'detached' });
  });

  it('has asked for nothing that was refused, nor another host', () => {
    for (const { refused, wrong } of [ada, vera]) assert.deepEqual([...refused, ...wrong], []);
  });
});
