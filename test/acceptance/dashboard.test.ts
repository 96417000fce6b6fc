import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Secret, TOTP } from 'otpauth';
import type { Browser } from 'playwright-core';
import { waitUntil } from '../../base/wait-until.js';
import { Person, startChromium } from '../support/dashboard/browser.js';
import { allScreens, screensOf } from '../support/dashboard/screens.js';
import { ControllerProcess } from '../support/server/controller-process.js';

const password = 'correct horse battery';
const people = ['viewer', 'collaborator', 'admin'] as const;
const screens = screensOf('shop');

interface Operation {
  readonly id: string;
  readonly state: string;
}

interface AuditEntry {
  readonly actor: string;
  readonly action: string;
  readonly target: { readonly names: readonly string[] };
}

/** A real Chromium, a real controller, nodes on paper: docs/dashboard.md as somebody would use it. */
describe('the dashboard', function () {
  this.timeout(60_000);
  const controller = new ControllerProcess();
  const settings = { DEIS_PROVIDERS: 'mock', DEIS_WATCH_SECONDS: '1', DEIS_SLUG_SOURCES: '127.0.0.1/32' };
  let browser: Browser;
  let ada: Person;
  let slugs: Server;
  let token = '';

  /** The API as a program asks it. */
  const ask = <T>(method: string, path: string, body?: object, as = token): Promise<T> =>
    controller.ask(method, path, { body, token: as });

  /** Asks for an operation and waits for its end, which is a success. */
  async function operate(path: string, body: object): Promise<void> {
    const { id } = await ask<Operation>('POST', `/api/formations/shop/${path}`, body);
    const { state } = await waitUntil(
      async () => {
        const operation = await ask<Operation>('GET', `/api/operations/${id}`);
        return ['queued', 'running'].includes(operation.state) ? undefined : operation;
      },
      { deadlineMs: 30_000, intervalMs: 100, what: `the end of ${path}` },
    );
    assert.equal(state, 'succeeded', path);
  }

  /** A formation with an app that is live, made elsewhere, and one config that cut a second release. */
  async function deployShop(): Promise<void> {
    const slug = gzipSync(Buffer.alloc(10_240));
    slugs = createServer((_request, response) => response.end(slug)).listen(0, '127.0.0.1');
    await once(slugs, 'listening');
    await ask('POST', '/api/formations', { id: 'shop', flavor: 'mock' });
    await operate('scale/layers', { runtime: 2, proxy: 1 });
    await operate('config', { values: { COLOUR: 'blue', SECRET: 'hunter2-of-the-shop' } });
    await operate('builds', {
      url: `http://127.0.0.1:${(slugs.address() as AddressInfo).port}/app.tgz`,
      sha256: createHash('sha256').update(slug).digest('hex'),
      procfile: { web: './server', worker: './work' },
    });
    await operate('config', { values: { COLOUR: 'cyan' } });
    await invite();
  }

  /** Members of the formation in each role. */
  async function invite(): Promise<void> {
    for (const role of people) {
      const { code } = await ask<{ code: string }>('POST', '/api/users/invite', {});
      const account = { username: role, email: `${role}@example.com`, password, code };
      await ask('POST', '/api/auth/register', account, '');
      await ask('POST', '/api/formations/shop/perms', { username: role, role });
    }
  }

  const signedIn = (username: string): Promise<Person> =>
    Person.signedIn(browser, controller.running.url, username, password);
  const heading = (person: Person, name: string | RegExp) => person.page.getByRole('heading', { name });
  const button = (person: Person, name: string | RegExp) => person.page.getByRole('button', { name });
  /** On the screen of an operation: that it has ended well. */
  const succeeds = (person: Person): Promise<void> => heading(person, /succeeded$/).waitFor();

  before(async () => {
    await controller.start(settings);
    browser = await startChromium();
    ada = await Person.at(browser, controller.running.url);
  });
  after(async () => {
    await browser?.close();
    slugs?.close();
    await controller.remove();
  });

  it('makes the first account on a new controller, and is small and soon there', async () => {
    const began = performance.now();
    await ada.page.goto('/');
    await heading(ada, 'Welcome to Deis').waitFor();
    const ms = Math.round(performance.now() - began);
    assert.ok(ada.received < 150 * 1024, `${ada.received} bytes`);
    console.log(`      first load: ${ada.received} bytes in ${ms} ms`);
    assert.deepEqual(await ada.seriousFaults(), []);
    assert.deepEqual(await ada.picture('first-user'), []);
    await ada.page.getByLabel('Username').fill('ada');
    await ada.page.getByLabel('E-mail address').fill('ada@example.com');
    await ada.page.getByLabel('Password').fill(password);
    await button(ada, 'Make the first account').click();
    await heading(ada, 'Formations').waitFor();
    await ada.page.getByText('There is none yet').waitFor();
    await ada.page.getByText('An app can live on nodes of its own, by flavor mock.').waitFor();
    await ada.page.getByRole('link', { name: 'Add an SSH key to your account' }).waitFor();
    assert.deepEqual([...(await ada.seriousFaults()), ...(await ada.picture('welcome'))], []);
    const login = { username: 'ada', password };
    ({ token } = await ask<{ token: string }>('POST', '/api/auth/login', login, ''));
  });

  it('shows a formation with its layers, nodes and containers as they are seen', async () => {
    await deployShop();
    await ada.open('');
    await ada.page.getByText('All is well.').waitFor();
    // It is found meanwhile, for what shows alerts below.
    await ask('POST', '/api/formations/shop/alerts', { kind: 'backup' });
    await ada.page.getByRole('link', { name: 'shop' }).click();
    for (const node of ['shop-runtime-1', 'shop-runtime-2', 'shop-proxy-1'])
      await heading(ada, node).waitFor();
    await ada.page.locator('.node', { hasText: 'web.1' }).getByText('up').first().waitFor();
  });

  it('scales, and follows the operation to its end', async () => {
    await ada.open('formations/shop/scale');
    await ada.page.getByLabel('web').fill('3');
    await ada.page.getByText('deis scale web=3 -f shop').waitFor();
    await button(ada, 'Scale containers').click();
    await heading(ada, /^scale/).waitFor();
    await succeeds(ada);
    await ada.page.locator('.steps li').first().waitFor();
    const { scale } = await ask<{ scale: Record<string, number> }>('GET', '/api/formations/shop');
    assert.equal(scale['web'], 3);
  });

  it('rolls back after it has shown the difference, by the keyboard alone', async () => {
    await ada.open('formations/shop/releases');
    const rollBack = button(ada, 'Roll back to v2');
    await rollBack.focus();
    await ada.page.keyboard.press('Enter');
    const dialog = ada.page.getByRole('dialog', { name: 'Roll back to v2' });
    await dialog.getByText('Config: version 2 becomes version 1').waitFor();
    await dialog.getByText('(COLOUR)').waitFor();
    await dialog.getByText('deis rollback v2 -f shop').waitFor();
    await ada.publish('rollback');
    await ada.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    // Each way out leads back to the button.
    await ada.page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: 'Cancel' }).press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await ada.page.keyboard.press('Enter');
    await dialog.waitFor();
    await ada.page.keyboard.press('Tab');
    assert.equal(await ada.page.evaluate('document.activeElement.textContent'), 'Roll back to v2');
    await ada.page.keyboard.press('Enter');
    await succeeds(ada);
    await ada.open('formations/shop/releases');
    await ada.page.locator('li', { hasText: 'v4' }).getByText('live').waitFor();
  });

  it('loses no event of an operation over a restart of the controller, and tells none twice', async () => {
    const provider = { id: 'slow', provider: 'mock', params: { latency: 3000 } };
    await ask('POST', '/api/flavors', provider);
    await ask('POST', '/api/formations/shop/layers', { id: 'jobs', flavor: 'slow', kind: 'custom' });
    await ada.open('formations/shop/scale');
    await ada.page.getByLabel('jobs').fill('1');
    await button(ada, 'Scale nodes').click();
    await ada.page.locator('.steps').getByText('running').first().waitFor();
    await controller.kill();
    await ada.page.getByText('The controller does not answer just now').waitFor();
    await controller.start(settings);
    await succeeds(ada);
    await ada.page.getByText('The controller does not answer just now').waitFor({ state: 'detached' });
    const id = ada.page.url().split('/').at(-1)!;
    const events = await fetch(`${controller.running.url}/api/operations/${id}/events`, {
      headers: { Authorization: `token ${token}` },
    });
    const started = (await events.text()).match(/^event: step-started$/gm)!.length;
    // The status may be read before the last events have come.
    const steps = ada.page.locator('.steps li');
    await steps.nth(started - 1).waitFor();
    assert.equal(await steps.count(), started);
  });

  it('ends an operation that somebody cancels', async () => {
    await ada.open('formations/shop/scale');
    await ada.page.getByLabel('jobs').fill('2');
    await button(ada, 'Scale nodes').click();
    await ada.page.locator('.steps').getByText('running').first().waitFor();
    await ada.confirm('Cancel it', /^deis ops:cancel /);
    await heading(ada, /cancelled$/).waitFor();
  });

  it('keeps what two people change in the config at once: the second is told, and loses nothing', async () => {
    const grace = await signedIn('collaborator');
    const told: Promise<string>[] = [];
    grace.page.on('response', (response) => {
      if (/\/config\b/.test(response.url())) told.push(response.text().catch(() => ''));
    });
    for (const person of [ada, grace]) {
      const { page } = person;
      await person.open('formations/shop/config');
      assert.equal(await page.getByText('hunter2-of-the-shop').count(), 0);
      await page.getByRole('button', { name: 'Reveal COLOUR' }).click();
    }
    const colour = (person: Person) => person.page.getByLabel('Value of COLOUR');
    await colour(ada).fill('green');
    await ada.page.getByText('deis config:set COLOUR=... -f shop').waitFor();
    await button(ada, 'Save and deploy').click();
    await succeeds(ada);
    await colour(grace).fill('red');
    await grace.page.getByLabel('New variable').fill('SIZE');
    await grace.page.getByLabel('Its value').fill('large');
    await button(grace, 'Add').click();
    await button(grace, 'Save and deploy').click();
    const alert = grace.page.getByRole('alert');
    await alert.getByText('Someone else changed the config').waitFor();
    const merge = grace.page.getByRole('region', { name: 'Changed by both' });
    for (const value of ['blue', 'green', 'red']) await merge.getByText(value, { exact: true }).waitFor();
    await merge.getByRole('button', { name: 'Take theirs of COLOUR' }).click();
    await merge.getByRole('button', { name: 'Take theirs of COLOUR', pressed: true }).waitFor();
    assert.equal(await colour(grace).inputValue(), 'green');
    await merge.getByRole('button', { name: 'Keep yours of COLOUR' }).click();
    await merge.getByRole('button', { name: 'Keep yours of COLOUR', pressed: true }).waitFor();
    const values = async (): Promise<Record<string, string>> =>
      (await ask<{ values: Record<string, string> }>('GET', '/api/formations/shop/config')).values;
    assert.equal((await values())['COLOUR'], 'green');
    assert.equal(await colour(grace).inputValue(), 'red');
    assert.deepEqual(await grace.picture('config-conflict'), []);
    await button(grace, 'Save and deploy').click();
    await succeeds(grace);
    assert.deepEqual(await values(), { COLOUR: 'red', SECRET: 'hunter2-of-the-shop', SIZE: 'large' });
    const answers = await Promise.all(told);
    assert.ok(answers.some((text) => text.includes('green')) && !answers.join('').includes('hunter2'));
    assert.deepEqual(grace.wrong, []);
    await grace.context.close();
  });

  it('reveals all values at once, and writes down by name who revealed which', async () => {
    await ada.open('formations/shop/config');
    await button(ada, 'Reveal all').click();
    await ada.page.getByLabel('Value of SECRET').waitFor();
    assert.equal(await ada.page.getByLabel('Value of SECRET').inputValue(), 'hunter2-of-the-shop');
    await button(ada, 'Hide SECRET').click();
    await ada.page.getByLabel('Value of SECRET').waitFor({ state: 'detached' });
    const { results } = await ask<{ results: AuditEntry[] }>('GET', '/api/formations/shop/audit');
    assert.deepEqual(
      results
        .filter(({ action }) => action.endsWith('/config/reveal'))
        .map(({ actor, target }) => `${actor}: ${target.names.join(' ')}`),
      ['ada: COLOUR SECRET SIZE', ...Array<string>(2).fill('collaborator: COLOUR'), 'ada: COLOUR'],
    );
  });

  const deployer = [
    ...[
      'Restart',
      'Converge',
      'Plan',
      'Scale containers',
      'Roll back to v2',
      'Save and deploy',
      'Edit as text',
    ],
    ...['Save limits and deploy', 'Save check of web and deploy', 'Run'],
    ...['Change buildpacks', 'Clear the build cache', 'Deploy a slug', 'New drain'],
    ...['Save tags and deploy', 'Attach a service'],
  ];
  const admin = [
    ...[...deployer, 'Scale nodes', 'Add domain', 'Order certificates', 'Give role', 'Remove viewer'],
    ...['Add certificate', 'Cordon shop-runtime-2', 'Destroy shop-runtime-2', 'New alert', 'New hook'],
  ];
  const controls: Readonly<Record<(typeof people)[number] | 'owner', readonly string[]>> = {
    viewer: ['Leave'],
    collaborator: [...deployer, 'Leave'],
    admin: [...admin, 'Leave'],
    owner: [...admin, 'Destroy', 'Offer formation'],
  };
  const allControls = [...new Set(Object.values(controls).flat())];
  for (const [role, wanted] of Object.entries(controls))
    it(`shows a member who is ${role} the controls that the API lets them use, and no others`, async () => {
      const person = role === 'owner' ? ada : await signedIn(role);
      const seen: string[] = [];
      for (const screen of screens) {
        await person.open(screen);
        await person.page.evaluate(
          "document.querySelectorAll('details').forEach((each) => (each.open = true))",
        );
        for (const name of allControls)
          if ((await person.page.getByRole('button', { name, exact: true }).count()) > 0) seen.push(name);
      }
      assert.deepEqual(seen.sort(), [...wanted].sort());
      if (role === 'viewer') assert.equal(await button(person, /Reveal/).count(), 0);
      assert.deepEqual([...person.refused, ...person.wrong], []);
      if (person !== ada) await person.context.close();
    });

  it('destroys nothing before its name is typed', async () => {
    await ada.open('formations/shop/overview');
    await button(ada, 'Destroy').click();
    const dialog = ada.page.getByRole('dialog', { name: 'Destroy' });
    const confirm = dialog.getByRole('button', { name: 'Destroy' });
    await dialog.getByRole('textbox').fill('shopp');
    assert.equal(await confirm.isDisabled(), true);
    await dialog.getByRole('textbox').fill('shop');
    assert.equal(await confirm.isDisabled(), false);
    assert.deepEqual(await ada.seriousFaults(), []);
    assert.deepEqual(await ada.picture('destroy'), []);
    await ada.page.keyboard.press('Escape');
  });

  it('adds a domain with a certificate, and shows how far its TLS is', async () => {
    const domain = 'www.shop.example';
    await ada.open('formations/shop/domains');
    await ada.page.getByText('There is none, so the app answers to every name.').waitFor();
    await ada.page.getByLabel('New domain').fill(domain);
    await ada.page.getByText(`deis domains:add ${domain} -f shop`).waitFor();
    await button(ada, 'Add domain').click();
    await succeeds(ada);
    await ada.open('formations/shop/domains');
    await ada.page.getByRole('row', { name: domain }).getByText('without TLS').waitFor();
    await button(ada, 'Sign one for now').click();
    await ada.page.getByRole('dialog').getByText('deis certs:generate -f shop').waitFor();
    await ada.page.getByRole('dialog').getByRole('button', { name: 'Sign one for now' }).click();
    await succeeds(ada);
    await ada.open('formations/shop/domains');
    await ada.page.getByRole('row', { name: domain }).getByText(`generated-${domain}`).waitFor();
    await ada.page.getByText(/^ends 20/).waitFor();
  });

  it('limits process types and checks their health, each by a release', async () => {
    await ada.open('formations/shop/settings');
    await ada.page.getByRole('group', { name: 'web' }).getByLabel('Memory').fill('256M');
    await ada.page.getByText('deis limits:set web=256M -f shop').waitFor();
    await button(ada, 'Save limits and deploy').click();
    await succeeds(ada);
    await ada.open('formations/shop/settings');
    const web = ada.page.locator('.cards > li', { hasText: 'web' });
    await web.getByLabel('It is well when').selectOption('http');
    await web.getByLabel('Path').fill('/health');
    await ada.page.getByText('deis healthchecks:set web path=/health -f shop').waitFor();
    await button(ada, 'Save check of web and deploy').click();
    await succeeds(ada);
    const { checks } = await ask<{ checks: object }>('GET', '/api/formations/shop/healthchecks');
    assert.deepEqual(Object.keys(checks), ['web']);
    const { types } = await ask<{ types: Record<string, { memory: number }> }>(
      'GET',
      '/api/formations/shop/limits',
    );
    assert.equal(types['web']!.memory, 256 * 1024 ** 2);
  });

  it('gives a role and takes it, and offers the formation to somebody who declines', async () => {
    const viewer = ada.page.getByRole('row', { name: 'viewer' });
    await ada.open('formations/shop/people');
    await button(ada, 'Remove viewer').click();
    await ada.page.getByRole('dialog').getByText('deis perms:delete viewer -f shop').waitFor();
    await ada.page.getByRole('dialog').getByRole('button', { name: 'Remove viewer' }).click();
    await viewer.waitFor({ state: 'detached' });
    await ada.page.getByLabel('Username').fill('viewer');
    await ada.page.getByLabel('Role').selectOption('viewer');
    await button(ada, 'Give role').click();
    await viewer.waitFor();
    await ada.page.getByLabel('New owner').fill('collaborator');
    await button(ada, 'Offer formation').click();
    await ada.page.getByText('It is offered to collaborator').waitFor();
    const heir = await signedIn('collaborator');
    await button(heir, 'Decline shop').click();
    await heir.page.getByRole('dialog').getByRole('button', { name: 'Decline shop' }).click();
    await heir.page.getByText('ada offered you shop').waitFor({ state: 'detached' });
    await ada.page.getByText('It is offered to collaborator').waitFor({ state: 'detached' });
    assert.deepEqual([...heir.wrong, ...heir.refused], []);
    await heir.context.close();
  });

  it('draws what was measured, with the releases of that time, and loads the drawing only then', async () => {
    const { page } = ada;
    const scripts = (): Promise<number> =>
      page.evaluate(
        "performance.getEntriesByType('resource').filter((e) => /draw-graph/.test(e.name)).length",
      );
    await page.goto('about:blank');
    await ada.open('formations/shop/overview');
    assert.equal(await scripts(), 0);
    await page.route('**/api/formations/shop/metrics?*', async (route) => {
      const answer = (await (await route.fetch()).json()) as { steps: number };
      const wave = (most: number): number[] =>
        Array.from({ length: answer.steps }, (_, place) => most * (1 + Math.sin(place / 9)) * 0.5);
      const traffic = [
        {
          ...{ proxy: null, requests: wave(200), statuses: { '2xx': wave(190), '5xx': wave(4) } },
          ...{ p50_ms: wave(20), p95_ms: wave(80), p99_ms: wave(190) },
        },
      ];
      const used = (process: string) => ({
        ...{ process, cpu: wave(0.4), memory: wave(2.6e8), memory_limit: null, restarts: wave(0) },
      });
      await route.fulfill({ json: { ...answer, traffic, processes: [used('web.1'), used('worker.1')] } });
    });
    await ada.open('formations/shop/metrics');
    const latency = page.getByRole('region', { name: 'Latency' });
    await latency.getByText(/p95: now .* ms, at most 80(\.0)? ms/).waitFor();
    await latency.locator('canvas').waitFor();
    assert.equal(await page.locator('.graph canvas').count(), 6);
    await page.getByText(/^v2 /).waitFor();
    assert.equal(await scripts(), 2);
    await page.getByText('deis metrics --since=1h -f shop').waitFor();
    assert.deepEqual([...(await ada.seriousFaults()), ...(await ada.picture('graphs'))], []);
    await ada.publish('metrics');
    await page.unroute('**/api/formations/shop/metrics?*');
  });

  it('runs a command in a terminal, which writes what is typed, and leaves it by the keyboard', async () => {
    const { page } = ada;
    await ada.open('formations/shop/terminal');
    await page.getByLabel('Command').fill('bash -l');
    await page.getByText("deis run -f shop -- 'bash -l'").waitFor();
    await button(ada, /^Run$/).click();
    const screen = page.locator('.console .xterm-rows');
    await screen.getByText('nothing was run').waitFor();
    await page.keyboard.type('typed by hand');
    await screen.getByText('typed by hand').waitFor();
    assert.deepEqual([...(await ada.seriousFaults()), ...(await ada.picture('session'))], []);
    await page.keyboard.press('Shift+Escape');
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'End it');
    await page.getByRole('textbox', { name: 'Terminal input' }).focus();
    await page.keyboard.press('Control+d');
    await page.getByText('It ended with exit code 0.').waitFor();
    await button(ada, /^Run$/).click();
    await screen.getByText('nothing was run').waitFor();
    await button(ada, 'End it').click();
    await page.getByText('You ended it.').waitFor();
  });

  it('signs in with a code of an app, a recovery code, and neither after an operator helped', async () => {
    const grace = await signedIn('collaborator');
    const { page } = grace;
    /** Signs out, and types all but the code; the page asks for that. */
    const signInAgain = async (): Promise<void> => {
      await signOut.click();
      await page.getByLabel('Username').fill('collaborator');
      await page.getByLabel('Password').fill(password);
      await button(grace, 'Sign in').click();
    };
    const code = page.getByLabel('Code of your authenticator app');
    const signOut = page.getByRole('button', { name: 'Sign out', exact: true });
    await grace.open('account');
    await page.getByLabel('Your password').fill(password);
    await button(grace, 'Set up an app').click();
    await page.getByRole('img', { name: 'The secret as a QR code' }).waitFor();
    const secret = (await page.getByText(/^[A-Z2-7]{32}$/).textContent()) ?? '';
    const app = new TOTP({ secret: Secret.fromBase32(secret) });
    assert.deepEqual([...(await grace.seriousFaults()), ...(await grace.picture('set-up-app'))], []);
    await page.getByLabel('Code that the app shows').fill(app.generate());
    await button(grace, 'Confirm').click();
    const codes = page.getByRole('status').filter({ hasText: 'recovery codes' }).locator('code');
    await codes.nth(9).waitFor();
    const recovery = (await codes.first().textContent()) ?? '';
    await signInAgain();
    await code.waitFor();
    assert.deepEqual([...(await grace.seriousFaults()), ...(await grace.picture('sign-in-code'))], []);
    await code.fill('000000');
    await button(grace, 'Sign in').click();
    await page.getByText('Wrong code, or one that was used before').waitFor();
    // The code of this step was used when the app was confirmed; that of the next one is taken already.
    await code.fill(app.generate({ timestamp: Date.now() + 30_000 }));
    await button(grace, 'Sign in').click();
    await signOut.waitFor();
    await signInAgain();
    await code.fill(recovery);
    await button(grace, 'Sign in').click();
    await signOut.waitFor();
    await page.getByText('9 recovery codes are left').waitFor();
    assert.match(await controller.command('reset-totp', 'collaborator'), /signs in with the password alone/);
    await signInAgain();
    await signOut.waitFor();
    assert.deepEqual(grace.wrong, []);
    await grace.context.close();
  });

  it('signs in by a passkey, without a username, until it is removed', async () => {
    const { url } = controller.running;
    await ada.open('account');
    await ada.page.getByText('Passkeys are added and used at http://localhost').waitFor();
    const vera = await Person.at(browser, url.replace('127.0.0.1', 'localhost'));
    const { page } = vera;
    const device = await vera.context.newCDPSession(page);
    await device.send('WebAuthn.enable');
    await device.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        ...{ protocol: 'ctap2', transport: 'internal', automaticPresenceSimulation: true },
        ...{ hasResidentKey: true, hasUserVerification: true, isUserVerified: true },
      },
    });
    const signOut = page.getByRole('button', { name: 'Sign out', exact: true });
    const laptop = page.getByRole('heading', { name: 'laptop', exact: true });
    await vera.signIn('viewer', password);
    await vera.open('account');
    await button(vera, 'Add a passkey').click();
    await page.getByLabel('Name of the passkey').fill('laptop');
    await page.getByLabel('The password once more').fill(password);
    assert.deepEqual([...(await vera.seriousFaults()), ...(await vera.picture('add-passkey'))], []);
    await button(vera, 'Make the passkey').click();
    await laptop.waitFor();
    assert.deepEqual(await vera.seriousFaults(), []);
    await signOut.click();
    await button(vera, 'Use a passkey').waitFor();
    assert.deepEqual([...(await vera.seriousFaults()), ...(await vera.picture('sign-in-passkey'))], []);
    await button(vera, 'Use a passkey').click();
    await signOut.waitFor();
    await page.getByText('by passkey laptop').waitFor();
    await button(vera, 'Remove laptop').click();
    await page.getByRole('dialog').getByText('deis passkeys:remove laptop').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove laptop' }).click();
    await laptop.waitFor({ state: 'detached' });
    await signOut.click();
    await button(vera, 'Use a passkey').click();
    await page.getByText('That passkey belongs to no account here').waitFor();
    assert.deepEqual(vera.wrong, []);
    await vera.context.close();
  });

  it('cordons a node and lets it take containers again, and shows both in the audit log', async () => {
    const { page } = ada;
    const node = page.getByRole('article', { name: 'shop-runtime-2' });
    await ada.open('formations/shop/overview');
    for (const [act, state] of [
      ['Cordon', 'cordoned'],
      ['Uncordon', undefined],
    ] as const) {
      const label = `${act} shop-runtime-2`;
      if ((await node.locator('details').getAttribute('open')) === null)
        await node.getByText('Actions').click();
      await node.getByRole('button', { name: label }).click();
      await page.getByRole('dialog', { name: label }).getByText(`deis nodes:${act.toLowerCase()}`).waitFor();
      await page.getByRole('dialog', { name: label }).getByRole('button', { name: label }).click();
      if (state === undefined) await node.getByText('cordoned').waitFor({ state: 'detached' });
      else await node.getByText(state).waitFor();
    }
    await ada.open('formations/shop/audit');
    for (const act of ['cordon', 'uncordon'])
      await page.getByText(`POST /formations/:formation/nodes/:node/${act}`, { exact: true }).waitFor();
  });

  it('invites a user, who makes an account with the code, and makes them a platform admin', async () => {
    const { page } = ada;
    await ada.open('platform');
    await button(ada, 'Make an invitation').click();
    const invitation = await page.getByText(/--code=/).textContent();
    const code = invitation?.match(/--code=(\S+)/)?.[1];
    const account = { username: 'heidi', email: 'heidi@example.com', password, code };
    await ask('POST', '/api/auth/register', account, '');
    await button(ada, 'Make heidi admin').click();
    await page.getByRole('dialog').getByText('deis perms:create heidi --admin').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Make heidi admin' }).click();
    await button(ada, 'Make heidi admin no more').waitFor();
    await page.getByLabel('May register').selectOption('closed');
    await button(ada, 'Save who may register').click();
    await page.getByText('POST /users/registration').first().waitFor();
    assert.equal((await ask<{ registration: string }>('GET', '/api/info')).registration, 'closed');
  });

  it('makes a token with a scope, shows it once, and revokes it', async () => {
    const { page } = ada;
    await ada.open('account');
    await page.getByLabel('Name of the token').fill('ci');
    await page.getByLabel('It may').selectOption('deploy');
    await page.getByLabel(/^Formation/).selectOption('shop');
    await page.getByLabel('Days it is good').fill('30');
    await page.getByText('deis tokens:create ci --scope=deploy --days=30 -f shop').waitFor();
    await button(ada, 'Make token').click();
    const made = page.getByRole('status').filter({ hasText: 'shown only now' });
    const text = (await made.locator('code').textContent()) ?? '';
    const { token: whose } = await ask<{ token: object }>('GET', '/api/auth/whoami', undefined, text);
    assert.deepEqual(
      { ...whose, expires_at: null },
      {
        ...{ name: 'ci', scope: 'deploy', formation: 'shop', expires_at: null },
      },
    );
    await button(ada, 'Revoke ci').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke ci' }).click();
    await page.getByRole('heading', { name: 'ci deploy shop' }).waitFor({ state: 'detached' });
    await assert.rejects(ask('GET', '/api/auth/whoami', undefined, text), /401/);
  });

  it('has no screen with a serious fault for those who need help to use it, nor one too wide', async () => {
    const { results } = await ask<{ results: Operation[] }>('GET', '/api/formations/shop/operations');
    for (const place of allScreens('shop', results[0]!.id)) {
      await ada.open(place);
      const name = place.replace('formations/shop/', '').slice(0, 12).replace(/\W/g, '-') || 'start';
      assert.deepEqual([...(await ada.seriousFaults()), ...(await ada.picture(name))], [], place);
      if (name === 'overview') await ada.publish(name);
    }
  });

  it('shows open alerts before all else, as long as they are open', async () => {
    await ada.open('');
    const first = ada.page.locator('.concerns li').first();
    await first.getByText('Alert backup: no backups are made').waitFor();
    assert.equal(
      await first.getByRole('link', { name: 'shop' }).getAttribute('href'),
      '#/formations/shop/overview',
    );
    assert.deepEqual(await ada.seriousFaults(), []);
    await ask('DELETE', '/api/formations/shop/alerts/backup');
    await ada.page.getByText('Alert backup').waitFor({ state: 'detached' });
  });

  it('follows the logs over a restart of the controller, and shows those that are kept', async () => {
    await ada.open('formations/shop/logs');
    await ada.page.getByRole('log').getByText('says nothing').first().waitFor();
    const told = async (): Promise<string[]> =>
      ((await ada.page.getByRole('log').textContent()) ?? '').trim().split('\n');
    const before = await told();
    await controller.kill();
    await ada.page.getByText('The stream was cut').waitFor();
    await controller.start(settings);
    await ada.page.getByText('The stream was cut').waitFor({ state: 'detached' });
    const after = await told();
    assert.deepEqual(
      [before.filter((line) => !after.includes(line)), new Set(after).size],
      [[], after.length],
    );
    await ada.page.getByLabel('Live').uncheck();
    await ada.page.getByLabel('Process').fill('web');
    await button(ada, 'Show').click();
    await ada.page.getByText('deis logs --ps=web -f shop').waitFor();
    await ada.page.getByRole('log').getByText('web.1').first().waitFor();
    await ada.page.getByLabel('From').fill('2026-01-01T00:00');
    await ada.page.getByLabel('Written by').selectOption('app');
    await button(ada, 'Show').click();
    await ada.page.getByText(/^deis logs --ps=web --source=app --since=202\S+Z -f shop$/).waitFor();
    await ada.page.getByText('What is kept').click();
    await ada.page.getByText('deis logs:info -f shop').waitFor();
  });

  it('lets somebody whose session has ended sign in again, on the same screen', async () => {
    await ada.open('formations/shop/releases');
    const { results } = await ask<{ results: { id: number }[] }>('GET', '/api/sessions');
    for (const { id } of results) await ask('DELETE', `/api/sessions/${id}`);
    await ada.page.getByText('Your session has ended').waitFor();
    await ada.page.getByLabel('Username').fill('ada');
    await ada.page.getByLabel('Password').fill(password);
    await button(ada, 'Sign in').click();
    await ada.page.getByText('live', { exact: true }).waitFor();
    assert.match(ada.page.url(), /#\/formations\/shop\/releases$/);
    await button(ada, 'Sign out').click();
    await heading(ada, 'Sign in').waitFor();
  });

  it('has asked no other host, and broken no rule of its policy', () => {
    assert.deepEqual(ada.wrong, []);
  });
});
