import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { waitUntil } from '../../base/wait-until.js';
import { ec2CredsExample } from '../../provisioner/providers/ec2/account/ec2-credentials.js';
import { Person, startChromium } from '../support/dashboard/browser.js';
import { ControllerProcess } from '../support/server/controller-process.js';

const password = 'correct horse battery';

interface Operation {
  readonly id: string;
  readonly state: string;
}

/** Flavors, providers, and formations on the nodes of others, in a real Chromium; nodes are on paper. */
describe('the dashboard, of what nodes are made of', function () {
  this.timeout(60_000);
  const controller = new ControllerProcess();
  let browser: Browser;
  let ada: Person;
  let vera: Person;
  let token = '';

  const ask = <T>(method: string, path: string, body?: object, as = token): Promise<T> =>
    controller.ask(method, path, { body, token: as });
  const signedIn = (username: string): Promise<Person> =>
    Person.signedIn(browser, controller.running.url, username, password);
  const heading = (person: Person, name: string | RegExp) => person.page.getByRole('heading', { name });
  const button = (person: Person, name: string | RegExp) =>
    person.page.getByRole('button', { name, exact: true });
  const names = async (person: Person, label: string): Promise<string[]> =>
    person.page.getByLabel(label).locator('option').allTextContents();
  /** Ada is the platform's admin and has a formation with nodes; Vera is a viewer there. */
  before(async () => {
    await controller.start({ DEIS_PROVIDERS: 'mock', DEIS_WATCH_SECONDS: '1' });
    browser = await startChromium();
    const account = (username: string) => ({ username, password, email: `${username}@example.com` });
    await ask('POST', '/api/auth/register', account('ada'), '');
    ({ token } = await ask<{ token: string }>('POST', '/api/auth/login', { username: 'ada', password }, ''));
    const { code } = await ask<{ code: string }>('POST', '/api/users/invite', {});
    await ask('POST', '/api/auth/register', { ...account('vera'), code }, '');
    await ask('POST', '/api/formations', { id: 'platform', flavor: 'mock' });
    await ask('POST', '/api/formations/platform/perms', { username: 'vera', role: 'viewer' });
    const { id } = await ask<Operation>('POST', '/api/formations/platform/scale/layers', { runtime: 1 });
    await waitUntil(
      async () => {
        const { state } = await ask<Operation>('GET', `/api/operations/${id}`);
        return state === 'succeeded' ? state : undefined;
      },
      { deadlineMs: 30_000, intervalMs: 100, what: 'the nodes' },
    );
    ada = await signedIn('ada');
    vera = await signedIn('vera');
  });
  after(async () => {
    await browser?.close();
    await controller.remove();
  });

  it('makes a flavor by a form of its annotated example, with what is wrong beside its field', async () => {
    const { page } = ada;
    await ada.open('flavors');
    await button(ada, 'New flavor').click();
    await page.getByLabel('Name', { exact: true }).fill('late');
    await page.getByText('Milliseconds that a launch takes').waitFor();
    await page.getByLabel('latency').fill('soon');
    await page
      .getByText(`deis flavors:create --id=late --provider=mock --params='{"latency":"soon"}'`)
      .waitFor();
    await button(ada, 'Make flavor').click();
    const error = page.locator('.field', { hasText: 'latency' }).getByRole('alert');
    await error.getByText('must be milliseconds from 0 to 600000').waitFor();
    assert.equal(await page.getByLabel('latency').getAttribute('aria-invalid'), 'true');
    assert.equal(await page.getByRole('alert').count(), 1);
    assert.deepEqual([...(await ada.seriousFaults()), ...(await ada.picture('flavor-form'))], []);
    await page.getByLabel('latency').fill('5');
    await button(ada, 'Make flavor').click();
    await heading(ada, /^late /).waitFor();
    await page.getByText('{"latency":5}', { exact: true }).waitFor();
  });

  it('changes, tries, shares and deletes a flavor', async () => {
    const { page } = ada;
    await button(ada, 'Change late').click();
    assert.equal(await page.getByLabel('latency').inputValue(), '5');
    await page.getByLabel('fail', { exact: true }).fill('launch');
    await button(ada, 'Save late').click();
    await page.getByText('{"fail":"launch","latency":5}', { exact: true }).waitFor();
    await button(ada, 'Check late').click();
    await button(ada, 'Try it').click();
    await page.getByText('params.fail is launch: it will fail').waitFor();
    await button(ada, 'Share late').click();
    await page.getByText('It is shared with no formation.').waitFor();
    await page.getByLabel('Formation').selectOption('platform');
    await page.getByText('deis flavors:share late platform').waitFor();
    await button(ada, 'Share it').click();
    await button(ada, 'Take late back from platform').waitFor();
    assert.deepEqual([...(await ada.seriousFaults()), ...(await ada.picture('flavor-shares'))], []);
    await ada.confirm('Take late back from platform', 'deis flavors:unshare late platform');
    await page.getByText('It is shared with no formation.').waitFor();
    await ada.confirm('Delete late', 'deis flavors:delete late', 'late');
    await heading(ada, /^late /).waitFor({ state: 'detached' });
  });

  it('takes credentials that it never shows, and has what needs leave for those who have it', async () => {
    const { page } = ada;
    const sent: unknown[] = [];
    await page.route('**/api/provider-types', async (route) => {
      const answer = (await (await route.fetch()).json()) as { results: object[] };
      const type = {
        summary: 'a cloud',
        params_example: '',
        creds_example: '',
        gives_host: false,
        allowed: true,
      };
      const more = [
        { ...type, id: 'cloud', creds_example: ec2CredsExample },
        { ...type, id: 'host', gives_host: true },
      ];
      await route.fulfill({ json: { ...answer, results: [...more, ...answer.results] } });
    });
    await page.route('**/api/providers', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      sent.push(route.request().postDataJSON());
      const errors = [{ field: 'creds.access_key_id', message: 'must be an access key id' }];
      await route.fulfill({ status: 400, json: { detail: 'no', errors } });
    });
    await ada.open('');
    await ada.open('flavors');
    await button(ada, 'New provider').click();
    await page.getByLabel('Name', { exact: true }).fill('mine');
    await page.getByLabel('access_key_id').fill('AKIA');
    await page.getByLabel('secret_access_key').fill('sentinel-secret');
    assert.equal(await page.getByLabel('secret_access_key').getAttribute('type'), 'password');
    await page.getByText('deis providers:create --type=cloud --id=mine --creds=@creds.json').waitFor();
    await button(ada, 'Add provider').click();
    await page
      .locator('.field', { hasText: 'access_key_id' })
      .getByText('must be an access key id')
      .waitFor();
    const creds = { access_key_id: 'AKIA', secret_access_key: 'sentinel-secret' };
    assert.deepEqual(sent, [{ id: 'mine', type: 'cloud', creds }]);
    await page.getByText('deis providers:allow USERNAME host').waitFor();
    assert.deepEqual([...(await ada.seriousFaults()), ...(await ada.picture('provider-form'))], []);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await vera.page.route('**/api/provider-types', async (route) => {
      const answer = (await (await route.fetch()).json()) as { results: object[] };
      await route.fulfill({ json: { results: answer.results.map((type) => ({ ...type, allowed: false })) } });
    });
    await vera.open('flavors');
    await button(vera, 'Delete mock').first().waitFor();
    for (const name of ['New flavor', 'New provider', 'Change mock', 'Check mock', 'Allow'])
      assert.equal(await button(vera, name).count(), 0, name);
    await vera.page.unrouteAll({ behavior: 'ignoreErrors' });
  });

  it('adds a provider and deletes it', async () => {
    await ada.open('');
    await ada.open('flavors');
    await button(ada, 'New provider').click();
    await ada.page.getByLabel('Name', { exact: true }).fill('paper');
    await button(ada, 'Add provider').click();
    await heading(ada, /^paper /).waitFor();
    await button(ada, 'What paper has left behind').click();
    await ada.page.getByText('Nothing is left behind.').waitFor();
    await ada.page.getByText('deis providers:gc paper').waitFor();
    await ada.confirm('Delete paper', 'deis providers:delete paper', 'paper');
    await heading(ada, /^paper /).waitFor({ state: 'detached' });
  });

  it('makes a formation on the nodes of another, for those who may run code there', async () => {
    const { page } = ada;
    await vera.open('');
    await button(vera, 'New formation').click();
    await vera.page.getByLabel('Its nodes').waitFor();
    assert.ok(!(await names(vera, 'Its nodes')).join().includes('platform'));
    await ada.open('');
    await button(ada, 'New formation').click();
    await page.getByLabel('Name', { exact: true }).fill('No Name');
    await page.getByLabel('Its nodes').selectOption('on platform');
    await button(ada, 'Make formation').click();
    await page.locator('.field', { hasText: 'Name' }).getByText('lower-case letters').waitFor();
    await page.getByLabel('Name', { exact: true }).fill('blog');
    await page.getByText('deis create blog --on=platform').waitFor();
    await page.getByLabel('Its nodes').selectOption('none');
    await page.getByText('deis create blog --own-nodes').waitFor();
    await page.getByLabel('Its nodes').selectOption('on platform');
    assert.deepEqual([...(await ada.seriousFaults()), ...(await ada.picture('new-formation'))], []);
    await button(ada, 'Make formation').click();
    await heading(ada, 'blog').waitFor();
  });

  it('shows where a guest lives and who lives on a host, and no way to change nodes that are not its own', async () => {
    const { page } = ada;
    await ada.open('formations/blog/overview');
    await heading(ada, 'platform-runtime-1').waitFor();
    await page.getByText('of platform, 1 node').waitFor();
    await page
      .locator('.fact', { hasText: 'Lives on the nodes of' })
      .getByRole('link', { name: 'platform' })
      .waitFor();
    assert.equal(await page.getByText(/^Actions/).count(), 0);
    assert.deepEqual([...(await ada.seriousFaults()), ...(await ada.picture('guest'))], []);
    await ada.open('formations/blog/scale');
    await page.getByText('It runs on the nodes of platform').waitFor();
    assert.equal(await button(ada, 'Scale nodes').count(), 0);
    await ada.open('formations/platform/overview');
    const guests = page.locator('.fact', { hasText: 'On its nodes live' });
    await guests.getByRole('link', { name: 'blog' }).waitFor();
    assert.ok((await page.getByText(/^Actions/).count()) > 0);
    assert.equal(await button(ada, 'Destroy').count(), 0);
    await vera.open('formations/platform/overview');
    const seen = vera.page.locator('.fact', { hasText: 'On its nodes live' });
    await seen.getByText('blog').waitFor();
    assert.equal(await seen.getByRole('link').count(), 0);
  });

  it("makes a guest's own layers and nodes, and does to these what it can, but not for a viewer", async () => {
    const { page } = ada;
    await ask('POST', '/api/formations/blog/perms', { username: 'vera', role: 'viewer' });
    await ada.open('formations/blog/layers');
    await page.getByText('whose layers are changed at platform').waitFor();
    await button(ada, 'New layer').click();
    await page.getByLabel('Name', { exact: true }).fill('box');
    await page.getByText(/^deis layers:create box .*-f blog$/).waitFor();
    await button(ada, 'Make layer').click();
    await heading(ada, /^box /).waitFor();
    await ada.open('formations/blog/scale');
    await page.getByLabel('box').fill('1');
    await page.getByText('deis layers:scale box=1 -f blog').waitFor();
    assert.deepEqual([...(await ada.seriousFaults()), ...(await ada.picture('own-nodes-scale'))], []);
    await button(ada, 'Scale nodes of its own').click();
    await heading(ada, /succeeded$/).waitFor();
    await vera.open('formations/blog/overview');
    await heading(vera, 'blog-box-1').waitFor();
    assert.equal(await vera.page.getByText(/^Actions/).count(), 0);
    await ada.open('formations/blog/overview');
    await page.getByText('of platform, 1 node').waitFor();
    await page.getByText(/^of its own, box, mock, 1 of 1 nodes/).waitFor();
    assert.equal(await page.getByText(/^Actions/).count(), 1);
    await page.getByText('Actions for blog-box-1').click();
    for (const name of ['Replace', 'Trust']) await button(ada, new RegExp(`^${name} blog-box-1`)).waitFor();
    for (const name of ['Drain', 'Cordon', 'Upgrade', 'Run'])
      assert.equal(await button(ada, new RegExp(`^${name} `)).count(), 0, name);
    assert.deepEqual([...(await ada.seriousFaults()), ...(await ada.picture('own-nodes'))], []);
    const command = 'deis nodes:destroy blog-box-1 --confirm=blog-box-1 -f blog';
    await ada.confirm('Destroy blog-box-1', command, 'blog-box-1');
    await heading(ada, /succeeded$/).waitFor();
    await ada.open('formations/blog/overview');
    await page.getByText(/^of its own, box, mock, 0 of 0 nodes/).waitFor();
  });

  it('has asked for nothing that was refused, nor another host', () => {
    for (const { refused, wrong } of [ada, vera]) assert.deepEqual([...refused, ...wrong], []);
  });
});
