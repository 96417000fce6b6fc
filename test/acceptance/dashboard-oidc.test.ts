import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { Person, startChromium } from '../support/dashboard/browser.js';
import { ControllerProcess } from '../support/server/controller-process.js';
import { IdentityIssuer } from '../support/server/identity-issuer.js';

const password = 'correct horse battery';

/** A real Chromium between a real controller and a provider that others wrote: docs/dashboard.md. */
describe('the dashboard and a provider of OpenID Connect', function () {
  this.timeout(60_000);
  const controller = new ControllerProcess();
  let issuer: IdentityIssuer;
  let browser: Browser;
  let url = '';

  const button = (person: Person, name: string) => person.page.getByRole('button', { name, exact: true });
  const heading = (person: Person, name: string) =>
    person.page.getByRole('heading', { name, exact: true, level: 1 });
  /** What is wrong but that the issuer was asked, as it should be. */
  const faults = (person: Person): string[] =>
    person.wrong.filter((each) => !each.startsWith(`asked ${issuer.url}/`));

  before(async () => {
    url = `http://127.0.0.1:${(await controller.environment())['DEIS_PORT']}`;
    issuer = await IdentityIssuer.start(`${url}/`);
    issuer.accounts
      .set('grace-at-issuer', {
        preferred_username: 'grace',
        email: 'grace@example.com',
        email_verified: true,
      })
      .set('ada-at-issuer', { preferred_username: 'other', email: 'ada@example.org' });
    await controller.start({
      DEIS_PROVIDERS: 'mock',
      DEIS_PUBLIC_URL: url,
      ...issuer.settings({ DEIS_OIDC_ALLOW: '@example.com' }),
    });
    const account = { username: 'ada', email: 'ada@example.com', password };
    await controller.ask('POST', '/api/auth/register', { body: account });
    browser = await startChromium();
  });
  after(async () => {
    await browser?.close();
    await issuer?.close();
    await controller.remove();
  });

  it('signs somebody new in, back on the same screen, and says what was refused', async () => {
    const grace = await Person.at(browser, url);
    await grace.page.goto('/#/account');
    issuer.next = undefined;
    await button(grace, 'Sign in with Example').click();
    await grace.page.getByText('Example refused: they said no').waitFor();
    assert.equal(grace.page.url(), `${url}/`);
    assert.deepEqual(await grace.seriousFaults(), []);
    assert.deepEqual(await grace.picture('sign-in-refused'), []);
    await grace.page.goto('/#/account');
    issuer.next = 'grace-at-issuer';
    await button(grace, 'Sign in with Example').click();
    await heading(grace, 'grace').waitFor();
    assert.equal(grace.page.url(), `${url}/#/account`);
    await grace.page.getByText('You have no password').waitFor();
    await grace.page.getByRole('heading', { name: 'Authenticator app' }).waitFor({ state: 'detached' });
    await grace.page.reload();
    await heading(grace, 'grace').waitFor();
    assert.deepEqual(await grace.seriousFaults(), []);
    assert.deepEqual(await grace.picture('account-of-provider'), []);
    assert.deepEqual(faults(grace), []);
  });

  it('links an account there to a user here, who then needs no password', async () => {
    const ada = await Person.at(browser, url);
    await ada.signIn('ada', password);
    await ada.open('account');
    issuer.next = 'ada-at-issuer';
    await ada.page.getByLabel('Your password here').fill(password);
    await button(ada, 'Link an account of Example').click();
    await ada.page.getByRole('heading', { name: 'ada@example.org' }).waitFor();
    assert.deepEqual(await ada.seriousFaults(), []);
    await button(ada, 'Sign out').click();
    await button(ada, 'Sign in with Example').click();
    await heading(ada, 'ada').waitFor();
    await button(ada, 'Unlink ada@example.org').click();
    await ada.page.getByRole('heading', { name: 'ada@example.org' }).waitFor({ state: 'detached' });
    assert.deepEqual(faults(ada), []);
  });
});
