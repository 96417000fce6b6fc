import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type Docker from 'dockerode';
import type { Browser } from 'playwright-core';
import { waitUntil } from '../../base/wait-until.js';
import { labels } from '../../provisioner/providers/docker/docker-labels.js';
import { freePort } from '../../server/free-port.js';
import { Person, startChromium } from '../support/dashboard/browser.js';
import { prepareMachine } from '../support/nodes/docker-machine.js';
import { ControllerProcess } from '../support/server/controller-process.js';

const password = 'correct horse battery';
/** As docs/dashboard.md has it; without the two lines a proxy lets no WebSocket through. */
const upgrade = 'proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";';

/** A real nginx, of the node image, before a real controller whose nodes are on paper. */
describe('the dashboard behind nginx', function () {
  this.timeout(60_000);
  const controller = new ControllerProcess();
  let browser: Browser;
  let nginx: Docker.Container;
  let ports: { readonly with: number; readonly without: number };
  let token = '';

  const ask = <T>(method: string, path: string, body?: object, as = token): Promise<T> =>
    controller.ask(method, path, { body, token: as });

  /** Two places, of which one knows WebSockets. */
  async function startNginx(): Promise<void> {
    const { docker, node } = await prepareMachine();
    ports = { with: await freePort('127.0.0.1', 0), without: await freePort('127.0.0.1', 0) };
    const place = (port: number, lines: string): string =>
      `server { listen 127.0.0.1:${port}; location / { proxy_pass ${controller.running.url}; ` +
      `proxy_http_version 1.1; proxy_set_header Host $http_host; ${lines} } }`;
    const folder = join(controller.dataDir, 'nginx');
    mkdirSync(folder);
    writeFileSync(
      join(folder, 'nginx.conf'),
      `pid /tmp/nginx.pid; error_log stderr; events {} http { access_log off; ` +
        `${place(ports.with, upgrade)} ${place(ports.without, '')} }`,
    );
    nginx = await docker.createContainer({
      Image: node.name,
      Entrypoint: ['nginx', '-c', '/front/nginx.conf', '-g', 'daemon off;'],
      Labels: { [labels.instance]: controller.instance, [labels.kind]: 'run' },
      HostConfig: { NetworkMode: 'host', Binds: [`${folder}:/front:ro`] },
    });
    await nginx.start();
    await waitUntil(
      async () =>
        (await fetch(`http://127.0.0.1:${ports.with}/health`).catch(() => undefined))?.ok || undefined,
      { deadlineMs: 20_000, intervalMs: 100, what: 'nginx' },
    );
  }

  before(async function () {
    this.timeout(600_000);
    await controller.start({ DEIS_PROVIDERS: 'mock' });
    await startNginx();
    browser = await startChromium();
    await ask('POST', '/api/auth/register', { username: 'ada', password, email: 'ada@example.com' }, '');
    ({ token } = await ask<{ token: string }>('POST', '/api/auth/login', { username: 'ada', password }, ''));
    await ask('POST', '/api/formations', { id: 'shop', flavor: 'mock' });
  });
  after(async () => {
    await browser?.close();
    await nginx?.remove({ force: true });
    await controller.remove();
  });

  for (const way of ['with', 'without'] as const)
    it(`follows an operation live ${way} the headers of an upgrade, and is back there after a sign-in`, async () => {
      const person = await Person.signedIn(browser, `http://127.0.0.1:${ports[way]}`, 'ada', password);
      const { page } = person;
      await person.open('formations/shop/scale');
      await page.getByLabel('runtime').fill(way === 'with' ? '1' : '2');
      await page.getByRole('button', { name: 'Scale nodes' }).click();
      await page.locator('.steps li').first().waitFor();
      await page.getByRole('heading', { name: /succeeded$/ }).waitFor();
      await page
        .getByRole('log')
        .getByText(/Launching/)
        .first()
        .waitFor();
      const { results } = await ask<{ results: { id: number }[] }>('GET', '/api/sessions');
      for (const { id } of results) await ask('DELETE', `/api/sessions/${id}`);
      const place = page.url();
      await page.reload();
      await page.getByLabel('Username').fill('ada');
      await page.getByLabel('Password').fill(password);
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.getByRole('heading', { name: /succeeded$/ }).waitFor();
      assert.equal(page.url(), place);
      assert.deepEqual([...person.wrong, ...person.refused], []);
      await person.context.close();
    });

  it('says of a terminal why it does not open, or opens it', async () => {
    for (const way of ['without', 'with'] as const) {
      const person = await Person.signedIn(browser, `http://127.0.0.1:${ports[way]}`, 'ada', password);
      await person.open('formations/shop/terminal');
      await person.page.getByRole('button', { name: 'Run', exact: true }).click();
      // Nothing is live here, which only the controller can say.
      await person.page
        .getByText(way === 'with' ? /nothing is deployed yet/i : 'opened no WebSocket')
        .first()
        .waitFor();
      await person.context.close();
    }
  });
});
