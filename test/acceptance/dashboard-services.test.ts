import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Browser, Locator } from 'playwright-core';
import { waitUntil } from '../../base/wait-until.js';
import { Person, startChromium } from '../support/dashboard/browser.js';
import { ControllerProcess } from '../support/server/controller-process.js';
import { makeCertificate } from '../support/server/make-certificate.js';

const password = 'correct horse battery';

interface Operation {
  readonly id: string;
  readonly state: string;
}

/** Services, tags of nodes, moves between hosts and certificates, in a real Chromium; nodes are on paper. */
describe('the dashboard, of services, tags, moves and certificates', function () {
  this.timeout(60_000);
  const controller = new ControllerProcess();
  const slug = gzipSync(Buffer.alloc(10_240));
  let browser: Browser;
  let ada: Person;
  let vera: Person;
  let slugs: Server;
  let token = '';

  const ask = <T>(method: string, path: string, body?: object, as = token): Promise<T> =>
    controller.ask(method, path, { body, token: as });
  /** Asks for an operation and waits for its end, which is a success. */
  const operate = async (formation: string, path: string, body: object): Promise<void> => {
    const { id } = await ask<Operation>('POST', `/api/formations/${formation}/${path}`, body);
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
  const heading = (person: Person, name: string | RegExp): Locator =>
    person.page.getByRole('heading', { name });
  const button = (person: Person, name: string): Locator =>
    person.page.getByRole('button', { name, exact: true });
  const fact = (person: Person, name: string): Locator => person.page.locator('.fact', { hasText: name });
  /** What is said to be wrong with a field of ada's. */
  const wrongWith = (label: string): Locator =>
    ada.page.locator('.field', { hasText: label }).getByRole('alert');
  const looksWell = async (name: string, person = ada): Promise<void> =>
    assert.deepEqual([...(await person.seriousFaults()), ...(await person.picture(name))], []);
  /** On the screen of an operation: that it has ended well. */
  const succeeds = (): Promise<void> => heading(ada, /succeeded$/).waitFor();

  /** Ada has two hosts, an app on one of them, and a formation that is to be a service; Vera is a viewer of the app. */
  before(async () => {
    slugs = createServer((_request, response) => response.end(slug)).listen(0, '127.0.0.1');
    await once(slugs, 'listening');
    await controller.start({ ...{ DEIS_PROVIDERS: 'mock', DEIS_SLUG_SOURCES: '127.0.0.1/32' } });
    browser = await startChromium();
    const account = (username: string) => ({ username, password, email: `${username}@example.com` });
    await ask('POST', '/api/auth/register', account('ada'), '');
    ({ token } = await ask<{ token: string }>('POST', '/api/auth/login', { username: 'ada', password }, ''));
    const { code } = await ask<{ code: string }>('POST', '/api/users/invite', {});
    await ask('POST', '/api/auth/register', { ...account('vera'), code }, '');
    for (const id of ['platform', 'large', 'kv']) {
      await ask('POST', '/api/formations', { id, flavor: 'mock' });
      await operate(id, 'scale/layers', { runtime: 1, proxy: 1 });
    }
    await ask('POST', '/api/formations', { id: 'shop', on: 'platform' });
    await ask('POST', '/api/formations/shop/perms', { username: 'vera', role: 'viewer' });
    // Behind the converge that makes the nodes ready for guests.
    await operate('platform', 'converge', {});
    await operate('shop', 'builds', {
      url: `http://127.0.0.1:${(slugs.address() as AddressInfo).port}/app.tgz`,
      sha256: createHash('sha256').update(slug).digest('hex'),
      procfile: { web: './server' },
    });
    await operate('shop', 'domains', { domain: 'shop.example.com' });
    ada = await signedIn('ada');
    vera = await signedIn('vera');
  });
  after(async () => {
    await browser?.close();
    slugs?.close();
    await controller.remove();
  });

  it('has proxies pass on connections of TCP, with what is wrong beside its field', async () => {
    const { page } = ada;
    await ada.open('formations/kv/settings');
    await page.getByLabel('Seconds of HSTS').waitFor();
    assert.equal(await page.getByLabel('Port at which they listen').count(), 0);
    await page.getByLabel('What they pass on').selectOption('tcp');
    assert.equal(await page.getByLabel('Seconds of HSTS').count(), 0);
    await page.getByLabel('Port at which they listen').fill('22');
    await button(ada, 'Save settings of the proxies').click();
    await wrongWith('Port at which they listen').getByText('22 cannot be port of the proxies').waitFor();
    await looksWell('proxy-tcp');
    await page.getByLabel('Port at which they listen').fill('6379');
    await page.getByText('deis proxy:set mode=tcp port=6379 -f kv').waitFor();
    await button(ada, 'Save settings of the proxies').click();
    await succeeds();
    await ada.open('formations/kv/overview');
    await fact(ada, 'Found at')
      .locator('code', { hasText: /^tcp:\/\/198-18-\S+:6379$/ })
      .waitFor();
  });

  it('attaches a service, by what may hold a password', async () => {
    const { page } = ada;
    await ada.open('formations/shop/services');
    await page.getByText('It is attached to no other formation.').waitFor();
    await button(ada, 'Attach a service').click();
    await page.getByLabel('Service', { exact: true }).selectOption('kv');
    assert.equal(await page.getByLabel('Variable').getAttribute('placeholder'), 'KV_URL');
    await page.getByText('deis services:attach kv -f shop').waitFor();
    await page.getByLabel('Variable').fill('DATABASE_URL');
    await page.getByLabel('What it holds').fill('postgres://shop:sentinel-secret@nowhere/orders');
    await button(ada, 'Attach and deploy').click();
    await wrongWith('What it holds').getByText('must have {host}:{port}').waitFor();
    await page
      .getByText('deis services:attach kv --as=DATABASE_URL --template=- -f shop < template.txt')
      .waitFor();
    await looksWell('attach-service');
    await page.getByLabel('What it holds').fill('postgres://shop:sentinel-secret@{host}:{port}/orders');
    await button(ada, 'Attach and deploy').click();
    await succeeds();
    const { values } = await ask<{ values: object }>('GET', '/api/formations/shop/config');
    assert.match(
      JSON.stringify(values),
      /"DATABASE_URL":"postgres:\/\/shop:sentinel-secret@198-18-\S+:6379\/orders"/,
    );
  });

  it('shows what is attached to what, and a viewer no way to change it', async () => {
    await ada.open('formations/shop/services');
    await heading(ada, 'DATABASE_URL').waitFor();
    await looksWell('services');
    await ada.open('formations/kv/services');
    await ada.page
      .locator('.cards li', { hasText: 'by DATABASE_URL' })
      .getByRole('link', { name: 'shop' })
      .waitFor();
    await vera.open('formations/shop/services');
    const card = vera.page.locator('.cards li', { hasText: 'DATABASE_URL' });
    await card.getByText('kv').waitFor();
    assert.equal(await card.getByRole('link').count(), 0);
    assert.equal(await vera.page.locator('main').getByRole('button').count(), 0);
    await ada.open('formations/shop/services');
    await ada.confirm('Detach DATABASE_URL', 'deis services:detach DATABASE_URL -f shop', 'DATABASE_URL');
    await succeeds();
    await ada.open('formations/shop/services');
    await ada.page.getByText('It is attached to no other formation.').waitFor();
  });

  it('gives layers tags, and places process types by them', async () => {
    const { page } = ada;
    const [web, save] = [page.getByLabel('Nodes for web'), button(ada, 'Save tags and deploy')];
    await ada.open('formations/platform/layers');
    await button(ada, 'Change proxy').click();
    await page.getByLabel('Tags').fill('disk=ssd');
    await button(ada, 'Save proxy').click();
    await wrongWith('Tags').getByText('runs no containers of apps').waitFor();
    await button(ada, 'Change proxy').click();
    await button(ada, 'Change runtime').click();
    await page.getByLabel('Tags').fill('disk=ssd zone=a');
    await page.getByText('deis layers:update runtime --tag disk=ssd --tag zone=a -f platform').waitFor();
    await button(ada, 'Save runtime').click();
    await fact(ada, 'Tags').getByText('disk=ssd zone=a').waitFor();
    await ada.open('formations/shop/settings');
    await page.getByText('Nodes here have disk=ssd, zone=a.').waitFor();
    assert.equal(await save.isDisabled(), true);
    await web.fill('ssd');
    await save.click();
    await wrongWith('Nodes for web').getByText('"ssd" is not a valid tag').waitFor();
    await web.fill('disk=-');
    await save.click();
    await wrongWith('Nodes for web').getByText('not a valid value of the tag disk').waitFor();
    await looksWell('tags-form');
    await web.fill('disk=hdd');
    await save.click();
    await page.getByRole('alert').getByText('none that takes containers has it').waitFor();
    await web.fill('disk=ssd');
    await page.getByText('deis tags:set web disk=ssd -f shop').waitFor();
    await save.click();
    await succeeds();
    await vera.open('formations/shop/settings');
    await fact(vera, 'Nodes for web').getByText('disk=ssd').waitFor();
    await vera.open('formations/shop/overview');
    await vera.page.getByText('of platform, 1 node, disk=ssd zone=a').waitFor();
    await ada.open('formations/shop/settings');
    assert.equal(await web.inputValue(), 'disk=ssd');
    await web.fill('');
    await page.getByText('deis tags:unset web -f shop').waitFor();
    await save.click();
    await succeeds();
    assert.deepEqual((await ask<{ tags: object }>('GET', '/api/formations/shop/tags')).tags, {});
  });

  it('moves a formation to another host, says what is left to do, and finishes that', async () => {
    const { page } = ada;
    await ada.open('formations/kv/overview');
    assert.equal(await button(ada, 'Move to another host').count(), 0);
    await vera.open('formations/shop/overview');
    assert.equal(await button(vera, 'Move to another host').count(), 0);
    await ada.open('formations/shop/overview');
    await button(ada, 'Move to another host').click();
    await page.getByLabel('To the nodes of').selectOption('large');
    await page.getByText('deis formations:move shop --on=large').waitFor();
    await looksWell('move');
    await button(ada, 'Move it').click();
    await succeeds();
    await ada.open('formations/shop/overview');
    await page.getByText('point shop.example.com at the proxies of large').waitFor();
    await fact(ada, 'Passed on by').getByRole('link', { name: 'platform' }).waitFor();
    await button(ada, 'Move to another host').click();
    await page.getByLabel('To the nodes of').waitFor();
    assert.deepEqual(await page.getByLabel('To the nodes of').locator('option').allTextContents(), [
      'platform: back again',
      'large: go on with a move that was broken off',
    ]);
    await looksWell('moved');
    await vera.open('formations/shop/overview');
    await fact(vera, 'Passed on by').getByText('platform').waitFor();
    assert.equal(await button(vera, 'Finish the move').count(), 0);
    await ada.confirm('Finish the move', 'deis formations:move shop --finish', 'shop');
    await succeeds();
    await ada.open('formations/shop/overview');
    await fact(ada, 'Lives on the nodes of').getByRole('link', { name: 'large' }).waitFor();
    await button(ada, 'Finish the move').waitFor({ state: 'detached' });
  });

  it('signs a certificate for names and days, and adds one of its own under a name', async () => {
    const { page } = ada;
    await ada.open('formations/shop/domains');
    await button(ada, 'Sign one for now').click();
    const dialog = page.getByRole('dialog', { name: 'Sign one for now' });
    await dialog.getByLabel('Domains').fill('soon.example.com\n*.shop.example.com');
    await dialog.getByLabel('Days that it is good').fill('30');
    await dialog
      .getByText("deis certs:generate soon.example.com '*.shop.example.com' --days=30 -f shop")
      .waitFor();
    await looksWell('generate-cert');
    await dialog.getByRole('button', { name: 'Sign one for now' }).click();
    await succeeds();
    const { certificate, key } = makeCertificate(['www.example.com']);
    await ada.open('formations/shop/domains');
    await heading(ada, 'generated-soon.example.com').waitFor();
    await page
      .getByText(`ends ${new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 7)}`)
      .waitFor();
    await page.getByText('Add a certificate of your own').click();
    await page.getByLabel('Its name').fill('main');
    await page.getByLabel('Certificates in PEM').fill(certificate);
    await page.getByLabel('Its key in PEM').fill(key);
    await page.getByText('deis certs:add fullchain.pem privkey.pem --id=main -f shop').waitFor();
    await button(ada, 'Add certificate').click();
    await succeeds();
    await ada.open('formations/shop/domains');
    await page.getByRole('heading', { name: 'main', exact: true }).waitFor();
  });

  it('has asked for nothing that was refused for want of a role, nor another host', () => {
    for (const { refused, wrong } of [ada, vera]) assert.deepEqual([...refused, ...wrong], []);
  });
});
