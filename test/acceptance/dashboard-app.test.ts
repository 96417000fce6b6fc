import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Browser, Locator, Page } from 'playwright-core';
import { waitUntil } from '../../base/wait-until.js';
import { Person, startChromium } from '../support/dashboard/browser.js';
import { ControllerProcess } from '../support/server/controller-process.js';
import { HookReceiver } from '../support/server/hook-receiver.js';

const password = 'correct horse battery';

const pushes = {
  running: '2f1c0f5e-0000-4000-8000-000000000001',
  failed: '2f1c0f5e-0000-4000-8000-000000000002',
};

/** The operation of the push that failed: what it has come to, and of all its lines none yet. */
async function pretendFailure(page: Page, failure: object): Promise<void> {
  const place = `**/api/operations/${pushes.failed}`;
  const nodes = [{ node: 'shop-runtime-1', outcome: 'unreachable', evidence: 'timed out' }];
  const error = { ...failure, lines: ['npm error code ENOTFOUND'], nodes };
  const at = '2026-01-01T00:00:00.000Z';
  const operation = {
    ...{ id: pushes.failed, kind: 'push', formation: 'shop', state: 'failed', step: null, error },
    ...{ requested_by: 'ada', position: null, result: null },
    ...{ created_at: at, started_at: at, finished_at: at },
  };
  await page.route(place, (route) => route.fulfill({ json: operation }));
  const step = { step: 'build', ms: 65_000, ok: false };
  const lines = Array.from({ length: 2000 }, (_, number) => `line ${number + 98_000}`);
  const events = ['step-started', 'step-ended'].map((type) => ({ type, data: step }));
  await page.route(`${place}/newest`, (route) =>
    route.fulfill({ json: { id: 100_003, events, lines, lines_before: 97_999 } }),
  );
  await page.route(`${place}/events?*`, (route) =>
    route.fulfill({ contentType: 'text/event-stream', body: 'retry: 100000\n\n' }),
  );
}

/**
 * Has a page see two pushes that the controller on paper cannot have, one under way and one that failed, and a newest
 * release that failed, of this build. @returns what the page asks to have done, as it does
 */
async function pretendPushes(page: Page, build: string): Promise<string[]> {
  const asked: string[] = [];
  const putBefore = async (path: string, more: (first: object) => readonly object[]): Promise<void> => {
    await page.route(`**/api/formations/shop/${path}?*`, async (route) => {
      const answer = (await (await route.fetch()).json()) as { results: object[] };
      await route.fulfill({ json: { ...answer, results: [...more(answer.results[0]!), ...answer.results] } });
    });
  };
  await putBefore('operations', (first) => [
    { ...first, id: pushes.running, kind: 'push', state: 'running', finished_at: null },
    {
      ...{ ...first, id: pushes.failed, kind: 'push', state: 'failed' },
      error: { message: 'the build failed: bin/compile of nodejs failed (exit code 1)' },
    },
  ]);
  await putBefore('releases', (first) => [
    { ...first, version: 7, state: 'failed', reason: 'web.1 did not become healthy', live: false, build },
  ]);
  const failure = {
    message: 'the build failed',
    step: 'build',
    exit_code: 1,
    advice: 'Set DEIS_NPM_REGISTRY',
  };
  await pretendFailure(page, failure);
  const lines = Array.from({ length: 3000 }, (_, place) => `line ${place}`);
  const output = { build: pushes.failed, sha: 'a'.repeat(40), state: 'failed', failure, lines };
  await page.route(`**/builds/${pushes.failed}/output`, (route) => route.fulfill({ json: output }));
  await page.route(/\/(builds\/[^/]+\/cancel|releases\/retry)$/, async (route) => {
    asked.push(route.request().url().split('/shop/')[1]!);
    await route.fulfill({ status: 202, json: { id: build, formation: 'shop' } });
  });
  return asked;
}

/** How an app is built, and who is told of it, in a real Chromium. */
describe('the dashboard, of what is built and told of an app', function () {
  this.timeout(60_000);
  const controller = new ControllerProcess();
  const receiver = new HookReceiver();
  let browser: Browser;
  let ada: Person;
  let vera: Person;
  const slug = gzipSync(Buffer.alloc(10_240));
  const sha256 = createHash('sha256').update(slug).digest('hex');
  let slugs: Server;
  let token = '';

  const ask = <T>(method: string, path: string, body?: object, as = token): Promise<T> =>
    controller.ask(method, path, { body, token: as });
  const signedIn = (username: string): Promise<Person> =>
    Person.signedIn(browser, controller.running.url, username, password);
  const heading = (person: Person, name: string | RegExp): Locator =>
    person.page.getByRole('heading', { name });
  const button = (person: Person, name: string): Locator =>
    person.page.getByRole('button', { name, exact: true });
  /** What is said to be wrong with a field of ada's. */
  const wrongWith = (label: string): Locator =>
    ada.page.locator('.field', { hasText: label }).getByRole('alert');
  const looksWell = async (name: string): Promise<void> =>
    assert.deepEqual([...(await ada.seriousFaults()), ...(await ada.picture(name))], []);

  /** Ada is the platform's admin and has a formation; Vera is a viewer there. */
  before(async () => {
    await receiver.listen();
    slugs = createServer((_request, response) => response.end(slug)).listen(0, '127.0.0.1');
    await once(slugs, 'listening');
    await controller.start({
      DEIS_PROVIDERS: 'mock',
      DEIS_HOOK_NETWORKS: '127.0.0.0/8',
      DEIS_SLUG_SOURCES: '127.0.0.1/32',
      DEIS_LOG_DRAIN_NETWORKS: '127.0.0.0/8',
    });
    browser = await startChromium();
    const account = (username: string) => ({ username, password, email: `${username}@example.com` });
    await ask('POST', '/api/auth/register', account('ada'), '');
    ({ token } = await ask<{ token: string }>('POST', '/api/auth/login', { username: 'ada', password }, ''));
    const { code } = await ask<{ code: string }>('POST', '/api/users/invite', {});
    await ask('POST', '/api/auth/register', { ...account('vera'), code }, '');
    await ask('POST', '/api/formations', { id: 'shop', flavor: 'mock' });
    await ask('POST', '/api/formations/shop/perms', { username: 'vera', role: 'viewer' });
    // It is found meanwhile: no backups are made.
    await ask('POST', '/api/formations/shop/alerts', { kind: 'backup' });
    ada = await signedIn('ada');
    vera = await signedIn('vera');
  });
  after(async () => {
    await browser?.close();
    await receiver.close();
    slugs?.close();
    await controller.remove();
  });

  it('deploys a slug that was built elsewhere, and shows what it is', async () => {
    const { page } = ada;
    await ada.open('formations/shop/builds');
    await page.getByText('There is none yet.').waitFor();
    await button(ada, 'Deploy a slug').click();
    await page
      .getByLabel('URL of the slug')
      .fill(`http://127.0.0.1:${(slugs.address() as AddressInfo).port}/`);
    await page.getByLabel('Its sha256').fill('1234');
    await page.getByLabel('Procfile').fill('web: ./server --port=$PORT');
    await button(ada, 'Fetch and deploy it').click();
    await wrongWith('Its sha256').getByText('expected 64 digits of hex').waitFor();
    await looksWell('slug-form');
    await page.getByLabel('Its sha256').fill(sha256);
    await button(ada, 'Fetch and deploy it').click();
    await heading(ada, 'import-build succeeded').waitFor();
    await ada.open('formations/shop/builds');
    await page.getByText('slug, built elsewhere').waitFor();
    await page.getByRole('link', { name: sha256.slice(0, 8) }).click();
    await page.getByText('It was built elsewhere').waitFor();
    await page.locator('.fact', { hasText: 'web' }).getByText('./server --port=$PORT').waitFor();
  });

  it('sets the buildpacks in their order, and clears what builds keep', async () => {
    const { page } = ada;
    const list = page.getByLabel('One buildpack a line');
    await ada.open('formations/shop/builds');
    await page.getByText('None are set').waitFor();
    await button(ada, 'Change buildpacks').click();
    await list.fill('nodejs\nnonsense');
    await button(ada, 'Set buildpacks').click();
    await wrongWith('One buildpack').getByText('"nonsense" is not a valid buildpack').waitFor();
    await looksWell('buildpacks-form');
    await list.fill('nodejs\n./mine');
    await page.getByText('deis buildpacks:set nodejs ./mine -f shop').waitFor();
    await button(ada, 'Set buildpacks').click();
    await page.locator('ol code', { hasText: './mine' }).waitFor();
    await button(ada, 'Change buildpacks').click();
    await list.fill('');
    await page.getByText('deis buildpacks:clear -f shop').waitFor();
    await ask('POST', '/api/formations/shop/buildpacks', { buildpacks: ['static'] });
    await button(ada, 'Set buildpacks').click();
    await page.getByRole('alert').getByText('It has changed since you read it').waitFor();
    await ada.confirm('Clear the build cache', 'deis builds:cache clear -f shop');
    await heading(ada, 'clear-build-cache succeeded').waitFor();
  });

  it('shows pushes with how they went, the output of one that failed, and cancels and retries', async () => {
    const { page } = ada;
    const { results } = await ask<{ results: { uuid: string }[] }>('GET', '/api/formations/shop/builds');
    const asked = await pretendPushes(page, results[0]!.uuid);
    await ada.open('formations/shop/builds');
    await page.getByText('bin/compile of nodejs failed').waitFor();
    await page.getByText('not built yet').waitFor();
    assert.equal(await button(ada, 'Retry v7').count(), 1);
    await looksWell('builds-list');
    await ada.confirm('Cancel this build', `deis builds:cancel ${pushes.running} -f shop`);
    await page.getByRole('link', { name: 'push' }).last().click();
    await page.getByText('Set DEIS_NPM_REGISTRY').waitFor();
    await page.getByRole('log').getByText('line 2999').waitFor();
    assert.doesNotMatch((await page.getByRole('log').textContent()) ?? '', /line 1000/);
    await page.getByLabel('Find in Output').fill('LINE 1000');
    await page.getByRole('log').getByText('line 1000').waitFor();
    await page.getByText('1 of 1 line has it').waitFor();
    await page.getByText(`deis builds:output ${pushes.failed} -f shop`).waitFor();
    await looksWell('build-output');
    await ada.open(`formations/shop/operations/${pushes.failed}`);
    await page.getByText('It failed at build.').waitFor();
    await page.getByRole('alert').getByText('npm error code ENOTFOUND').waitFor();
    await page.getByRole('heading', { name: 'shop-runtime-1 unreachable' }).waitFor();
    await page.locator('.steps li', { hasText: 'build' }).getByText('1 min 5 s').waitFor();
    await page.getByRole('log').getByText('line 99999').waitFor();
    await page.getByText('97999 lines before these are still to come.').waitFor();
    await looksWell('failed-push');
    await ada.open('formations/shop/releases');
    await ada.confirm('Retry v7', 'deis releases:retry -f shop');
    assert.deepEqual(asked, [`builds/${pushes.running}/cancel`, 'releases/retry']);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });

  for (const [whose, place, option] of [
    ['of a formation, below its logs', 'formations/shop/logs', '-f shop'],
    ['of the controller', 'platform', '--admin'],
  ] as const)
    it(`adds and removes drains ${whose}`, async () => {
      const { page } = ada;
      const name = option.replace(/\W+/g, '');
      await ada.open(place);
      await page.getByText('There is none.').waitFor();
      await button(ada, 'New drain').click();
      await page.getByLabel('URL of the drain').fill('https://ada:sentinel-secret@10.1.2.3/in');
      await page.getByText(`deis drains:add - ${option} < url.txt`).waitFor();
      await button(ada, 'Add drain').click();
      await wrongWith('URL of the drain').getByText('DEIS_LOG_DRAIN_NETWORKS').waitFor();
      await looksWell(`drain-form-${name}`);
      await page.getByLabel('URL of the drain').fill('syslog://127.0.0.1:9');
      await page.getByLabel('Name', { exact: true }).fill('archive');
      await page.getByText(`deis drains:add syslog://127.0.0.1:9 --name=archive ${option}`).waitFor();
      await button(ada, 'Add drain').click();
      await heading(ada, /^archive/).waitFor();
      await looksWell(`drain-${name}`);
      if (place !== 'platform') {
        await vera.open(place);
        await heading(vera, /^archive/).waitFor();
        assert.equal(await button(vera, 'Remove drain archive').count(), 0);
        assert.equal(await button(vera, 'New drain').count(), 0);
      }
      await ada.confirm('Remove drain archive', `deis drains:remove archive ${option}`);
      await page.getByText('There is none.').waitFor();
    });

  it('adds a rule by its kind, with what the controller refuses beside its field', async () => {
    const { page } = ada;
    await ada.open('formations/shop/alerts');
    await button(ada, 'New alert').click();
    await page.getByLabel('Kind').selectOption('memory');
    await page.getByText('Told when the memory of a container reaches the threshold').waitFor();
    await page.getByLabel('Threshold in %').fill('400');
    await page.getByText('deis alerts:add memory --above=400 -f shop').waitFor();
    await button(ada, 'Add alert').click();
    await wrongWith('Threshold').getByText('expected 1 to 100').waitFor();
    await page.getByLabel('Kind').selectOption('log');
    assert.equal(await page.getByLabel('Threshold in lines').inputValue(), '400');
    await page.getByLabel('Threshold in lines').fill('20');
    await page.getByLabel('Pattern').fill('(timeout');
    await button(ada, 'Add alert').click();
    await wrongWith('Pattern').getByText('is not a valid pattern').waitFor();
    assert.equal(await page.getByLabel('Pattern').getAttribute('aria-invalid'), 'true');
    assert.equal(await page.getByRole('alert').count(), 1);
    await looksWell('alert-form');
    await page.getByLabel('Pattern').fill('timeout|refused');
    await page.getByLabel('Minutes').fill('10');
    await page.getByLabel('Name', { exact: true }).fill('timeouts');
    const command = `deis alerts:add log --name=timeouts --pattern='timeout|refused' --above=20 --minutes=10 -f shop`;
    await page.getByText(command).waitFor();
    await button(ada, 'Add alert').click();
    await heading(ada, 'timeouts log').waitFor();
    await page.getByText('reach the threshold (20 lines, pattern timeout|refused, 10 min).').waitFor();
  });

  it('adds a hook, whose secret it shows once, and tests a rule with it', async () => {
    const { page } = ada;
    await button(ada, 'New hook').click();
    await page.getByLabel('URL').fill('ftp://hooks.example.com');
    await button(ada, 'Add hook').click();
    await wrongWith('URL').getByText('is not a valid scheme of a hook').waitFor();
    await page.getByLabel('URL').fill(receiver.url);
    await page.getByLabel('Name', { exact: true }).fill('on-call');
    await page.getByText('deis hooks:add @url.txt --name=on-call -f shop').waitFor();
    await button(ada, 'Add hook').click();
    const secret = (await page.getByText(/^whsec_/).textContent()) ?? '';
    await looksWell('hook-secret');
    await ada.confirm('Test alert timeouts', 'deis alerts:test timeouts -f shop');
    await page.getByText('A test goes to one hook').waitFor();
    const { signature, body } = await waitUntil(async () => receiver.heard[0], {
      ...{ deadlineMs: 15_000, intervalMs: 100, what: 'the test' },
    });
    const [, t, v1] = /^t=(\d+),v1=(\w+)$/.exec(signature) ?? [];
    assert.equal(v1, createHmac('sha256', secret).update(`${t}.${body}`).digest('hex'));
    await ada.open('formations/shop/people');
    await ada.open('formations/shop/alerts');
    await heading(ada, 'on-call').waitFor();
    assert.equal(await page.getByText(/whsec_/).count(), 0);
  });

  it('shows what a hook was sent, sends it again, and what is the matter', async () => {
    const { page } = ada;
    await button(ada, 'Deliveries of on-call').click();
    const sent = page.getByRole('region', { name: 'What on-call was sent' }).getByRole('row');
    await sent.nth(1).getByText('delivered').waitFor();
    await sent.nth(1).getByText('Alert (shop): this is a test').waitFor();
    await sent.nth(1).getByText('it answered 204').waitFor();
    await page.getByText('no backups are made').waitFor();
    await looksWell('deliveries');
    await ada.confirm('Send again', /^deis hooks:resend on-call [0-9a-f-]{36} -f shop$/);
    await sent.nth(2).waitFor();
  });

  it('shows a viewer all of that, and no way to change it', async () => {
    await vera.open('formations/shop/builds');
    await vera.page.getByText('slug, built elsewhere').waitFor();
    assert.deepEqual(await vera.page.locator('main').getByRole('button').allTextContents(), []);
    await vera.open('formations/shop/alerts');
    await vera.page.getByText('no backups are made').waitFor();
    await button(vera, 'Deliveries of on-call').click();
    await vera.page.getByText('delivered').first().waitFor();
    const shown = await vera.page.locator('main').getByRole('button').allTextContents();
    assert.deepEqual(shown, ['Deliveries of on-call']);
  });

  it('removes a rule and a hook', async () => {
    await ada.confirm('Remove alert timeouts', 'deis alerts:remove timeouts -f shop');
    await heading(ada, 'timeouts log').waitFor({ state: 'detached' });
    await ada.confirm('Remove hook on-call', 'deis hooks:remove on-call -f shop');
    await ada.page.getByText('There is none: what rules find').waitFor();
  });

  it('has asked for nothing that was refused, nor another host', () => {
    for (const { refused, wrong } of [ada, vera]) assert.deepEqual([...refused, ...wrong], []);
  });
});
