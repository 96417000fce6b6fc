import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { projectRoot } from '../source/source-imports.js';

/** Debian's chromium, which test/packages.txt lists. */
const programs = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const stepMs = 15_000;

/** What axe looks for: all in light, and in dark what colours alone decide. */
const rules: Readonly<Record<'light' | 'dark', axe.RunOptions>> = {
  light: { resultTypes: ['violations'] },
  dark: { resultTypes: ['violations'], runOnly: ['color-contrast', 'link-in-text-block'] },
};

/** Whether pictures are asked for: those of the docs, and one of each screen for who looks at them. */
const writesPictures = process.env['WRITE_PICTURES'] !== undefined;

/** Where pictures of the screens are left. */
export const pictures = join(projectRoot, 'node_modules', '.cache', 'dashboard');

/** A headless Chromium. */
export async function startChromium(): Promise<Browser> {
  const executablePath = programs.find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error('there is no chromium here: apt-get install chromium');
  mkdirSync(pictures, { recursive: true });
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** A person at a browser: its cookies, one tab, and what went wrong in it. */
export class Person {
  /** Errors of scripts, of the Content-Security-Policy, and what was asked of other hosts. */
  readonly wrong: string[] = [];
  /** Answers of the API that refused: `403 GET /api/...`. */
  readonly refused: string[] = [];
  /** Bytes that came from the controller, compressed as they were. */
  received = 0;

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    private readonly url: string,
  ) {}

  static async at(browser: Browser, url: string): Promise<Person> {
    const context = await browser.newContext({ baseURL: url, viewport: { width: 1280, height: 900 } });
    context.setDefaultTimeout(stepMs);
    const person = new Person(context, await context.newPage(), url);
    person.#watch();
    return person;
  }

  /** The same, signed in. */
  static async signedIn(browser: Browser, url: string, username: string, password: string): Promise<Person> {
    const person = await Person.at(browser, url);
    await person.signIn(username, password);
    return person;
  }

  #watch(): void {
    this.page.on('pageerror', (error) => this.wrong.push(String(error)));
    this.page.on('console', (message) => {
      const { url } = message.location();
      // The browser reports each answer that is an error, and each lost connection: those are watched below.
      if (message.type() === 'error' && !/^Failed to load resource/.test(message.text()))
        this.wrong.push(`${message.text()} (${url})`);
    });
    this.page.on('request', (request) => {
      if (!request.url().startsWith(`${this.url}/`)) this.wrong.push(`asked ${request.url()}`);
    });
    this.page.on('response', (response) => {
      if (response.status() === 403)
        this.refused.push(`403 ${response.request().method()} ${new URL(response.url()).pathname}`);
    });
    this.page.on('requestfinished', (request) => {
      void request.sizes().then(({ responseBodySize }) => (this.received += responseBodySize));
    });
  }

  async signIn(username: string, password: string): Promise<void> {
    await this.page.goto('/');
    await this.page.getByLabel('Username').fill(username);
    await this.page.getByLabel('Password').fill(password);
    await this.page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await this.page.getByRole('button', { name: 'Sign out', exact: true }).waitFor();
  }

  /** Goes to a screen by its fragment; it is there with its heading, and nothing is being read. */
  async open(fragment: string): Promise<void> {
    await this.page.goto(`/#/${fragment}`);
    await this.page.locator(`main[data-place="#/${fragment}"]`).waitFor();
    await this.page.getByRole('heading', { level: 1 }).waitFor();
    await this.page
      .getByText(/^Reading .* \.\.\.$/)
      .first()
      .waitFor({ state: 'detached' });
  }

  /** Says yes in the dialog of an action that shows `command`; `typed` is the name that it wants first. */
  async confirm(label: string, command: string | RegExp, typed?: string): Promise<void> {
    await this.page.getByRole('button', { name: label, exact: true }).click();
    const dialog = this.page.getByRole('dialog', { name: label });
    await dialog.getByText(command).waitFor();
    if (typed !== undefined) await dialog.getByRole('textbox').fill(typed);
    await dialog.getByRole('button', { name: label, exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
  }

  /** What axe finds that is serious or critical, in light and in dark. */
  async seriousFaults(): Promise<string[]> {
    const found: string[] = [];
    for (const colorScheme of ['dark', 'light'] as const) {
      await this.page.emulateMedia({ colorScheme });
      // Not a script of the page, which its policy forbids: the browser itself evaluates it.
      if (await this.page.evaluate("typeof axe === 'undefined'")) await this.page.evaluate(axe.source);
      const { violations } = await this.page
        .evaluate(`axe.run(${JSON.stringify(rules[colorScheme])})`)
        .then((all) => all as axe.AxeResults);
      for (const { impact, id, nodes } of violations)
        if (impact === 'serious' || impact === 'critical')
          found.push(`${colorScheme}: ${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    }
    return found;
  }

  /** Looks at two widths, and leaves pictures where those are asked for; a page wider than its window is a fault. */
  async picture(name: string): Promise<string[]> {
    const faults: string[] = [];
    for (const width of [1280, 390]) {
      await this.page.setViewportSize({ width, height: 900 });
      if (writesPictures)
        await this.page.screenshot({ path: join(pictures, `${name}-${width}.png`), fullPage: true });
      const wide = await this.page.evaluate('document.documentElement.scrollWidth').then(Number);
      if (wide > width) faults.push(`${name} is ${wide} wide in ${width}`);
    }
    await this.page.setViewportSize({ width: 1280, height: 900 });
    return faults;
  }

  /** A picture for docs/dashboard.md, as `npm run docs:pictures` writes them. */
  async publish(name: string): Promise<void> {
    if (!writesPictures) return;
    await this.page.emulateMedia({ colorScheme: 'light' });
    await this.page.setViewportSize({ width: 1280, height: 800 });
    await this.page.screenshot({ path: join(projectRoot, 'docs', 'pictures', `${name}.png`) });
    await this.page.setViewportSize({ width: 1280, height: 900 });
  }
}
