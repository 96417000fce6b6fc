/*
 * `[ROUNDS]` of the first load (5), each in a browser without a cache. A real Chromium, the compiled controller's API
 * on a PostgreSQL of its own. Beside it, in the same run: a page of one heading, and a program that reads the same log.
 * The log of an hour is told as fast as the page reads it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Browser } from 'playwright-core';
import { EmbeddedPostgres } from '../../server/store/postgres/embedded-postgres.js';
import { Person, startChromium } from '../../test/support/dashboard/browser.js';
import { median, type Benchmark, type Figure } from '../benchmark.js';
import { password, register, startController } from '../control-plane/api-controller.js';
import { ChattyFront } from './chatty-front.js';
import { buildLines, containersPerNode, fillDashboard, nodeCount } from './fill-dashboard.js';

const formation = 'big';
/** Lines of an hour at 100 a second, and those after which the page has let the first go. */
const [hourLines, fullLines] = [360_000, 120_000];
const mb = 1024 * 1024;

interface Bench {
  readonly browser: Browser;
  readonly url: string;
  readonly front: ChattyFront;
  readonly token: string;
  readonly operation: string;
  readonly talk: (line: string) => void;
}

export const benchmark: Benchmark = {
  about:
    'the dashboard in Chromium: first load, a build log of 100,000 lines, 10,000 containers, an hour of a chatty log',
  measure: async ({ args, talk }) => {
    const rounds = Number(args[0] ?? 5);
    return withBench(talk, async (bench) => [
      ...(await measureFirstLoad(bench, rounds)),
      ...(await measureScreens(bench)),
      ...(await measureChattyLog(bench)),
    ]);
  },
};

async function withBench<T>(talk: Bench['talk'], work: (bench: Bench) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'deis-bench-'));
  const closing: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const home = join(folder, 'postgres');
    closing.unshift(() => EmbeddedPostgres.remove(home));
    const database = await EmbeddedPostgres.start({ home, maxConnections: 60 });
    const controller = await startController(folder, database.url, { DEIS_PROVIDERS: 'mock' });
    closing.unshift(() => controller.stop());
    const { url } = controller;
    const token = await register(url);
    await ask(url, token, '/api/formations', { id: formation, flavor: 'mock' });
    await ask(url, token, `/api/formations/${formation}/config`, { values: { COLOUR: 'blue' } });
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    closing.unshift(() => client.end());
    talk('filling the database');
    const operation = await fillDashboard(client, formation);
    const front = await ChattyFront.start(url);
    closing.unshift(() => front.close());
    const browser = await startChromium();
    closing.unshift(() => browser.close());
    return await work({ browser, url, front, token, operation, talk });
  } finally {
    for (const close of closing) await close();
  }
}

async function measureFirstLoad({ browser, url, front, talk }: Bench, rounds: number): Promise<Figure[]> {
  const [times, floors, bytes]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < rounds; round += 1) {
    const person = await Person.at(browser, url);
    times.push(
      await timed(async () => {
        await person.page.goto('/');
        await person.page.getByLabel('Username').fill('a');
      }),
    );
    bytes.push(person.received);
    await person.context.close();
    const other = await Person.at(browser, front.url);
    floors.push(
      await timed(async () => {
        await other.page.goto('/bare');
        await other.page.getByRole('heading', { name: 'Bare' }).waitFor();
      }),
    );
    await other.context.close();
  }
  talk(`first load: ${times.map(Math.round).join(', ')} ms`);
  return [
    { name: 'first load, compressed', value: median(bytes) / 1000, unit: 'kB', target: { atMost: 150 } },
    {
      name: 'first load until one can type',
      value: median(times),
      unit: 'ms',
      target: { atMost: 1000 },
      note: `a page of one heading: ${Math.round(median(floors))} ms`,
    },
  ];
}

async function measureScreens({ browser, url, token, operation, talk }: Bench): Promise<Figure[]> {
  const person = await Person.at(browser, url);
  await person.signIn('ada', password);
  await person.open('account');
  const empty = await heapOf(person);
  const log = `formations/${formation}/operations/${operation}`;
  const read = await timed(() => readLog(`${url}/api/operations/${operation}/events`, token));
  const { opened, whole, toTop, found } = await measureLog(person, log);
  const withLog = await heapOf(person);
  talk(`the end of the log is there after ${Math.round(opened)} ms, all of it after ${Math.round(whole)} ms`);
  await person.open('account');
  const { overview, read: allRead } = await measureOverview(person);
  const withNodes = await heapOf(person);
  await person.context.close();
  const size = `${nodeCount * containersPerNode} containers on ${nodeCount} nodes`;
  return [
    {
      name: `build log of ${buildLines} lines, its end in sight`,
      value: opened,
      unit: 'ms',
      target: { atMost: 1000 },
      note: 'one can scroll and search in the newest 2,000 lines',
    },
    {
      name: 'from the same moment until all of it is there, to scroll and search',
      value: whole,
      unit: 'ms',
      note: `a program reads it in ${Math.round(read)} ms`,
    },
    { name: 'from a text that is typed to the line that has it, 77,777 of all', value: found, unit: 'ms' },
    { name: 'from there to its first line', value: toTop, unit: 'ms' },
    { name: 'memory of the page with it', value: withLog / mb, unit: 'MB', note: beside(empty) },
    {
      name: `formation of ${size}, opened`,
      value: overview,
      unit: 'ms',
      note: 'with the first 1,000 containers',
    },
    { name: 'from the same moment until all containers are read', value: allRead, unit: 'ms' },
    { name: 'memory of the page with that', value: withNodes / mb, unit: 'MB', note: beside(empty) },
  ];
}

/** Milliseconds: the last lines are in sight; all are there; one is found; the first is. */
async function measureLog({ page }: Person, log: string) {
  const began = performance.now();
  await page.goto(`/#/${log}`);
  await page.getByText(`line ${buildLines} of`).waitFor();
  const opened = performance.now() - began;
  await page.getByText('lines before these are still to come').waitFor({ state: 'detached' });
  const whole = performance.now() - began;
  const found = await timed(async () => {
    await page.getByLabel('Find in Output').fill('line 77777 of');
    await page.getByRole('log').getByText('line 77777 of').waitFor();
  });
  const toTop = await timed(async () => {
    await page.getByRole('log').press('Home');
    await page.getByText('line 1 of').first().waitFor();
  });
  return { opened, whole, toTop, found };
}

/** Milliseconds: the last node is there; all containers are. */
async function measureOverview({ page }: Person) {
  const began = performance.now();
  await page.goto(`/#/formations/${formation}/overview`);
  await page.getByText(`${formation}-runtime-${nodeCount}`, { exact: true }).waitFor();
  const overview = performance.now() - began;
  await page.getByText(/^These are \d+ of/).waitFor({ state: 'detached' });
  return { overview, read: performance.now() - began };
}

async function measureChattyLog({ browser, front, talk }: Bench): Promise<Figure[]> {
  const person = await Person.at(browser, front.url);
  await person.signIn('ada', password);
  await person.open(`formations/${formation}/logs`);
  const after = async (count: number): Promise<number> => {
    await front.tell(count);
    await person.page.getByText(`line ${count} of`).waitFor({ timeout: 120_000 });
    const heap = await heapOf(person);
    talk(`${count} lines: ${Math.round(heap / mb)} MB`);
    return heap;
  };
  const full = await after(fullLines);
  const hour = await after(hourLines);
  await person.context.close();
  return [
    {
      name: `memory of the page after ${hourLines} lines of a log`,
      value: hour / mb,
      unit: 'MB',
      note: 'an hour at 100 a second',
    },
    { name: `that over ${fullLines} lines`, value: hour / full, unit: 'x', target: { atMost: 1.2 } },
  ];
}

const beside = (empty: number): string => `${Math.round(empty / mb)} MB before`;

/** What scripts of the page hold, when what nobody holds is gone. */
async function heapOf(person: Person): Promise<number> {
  const session = await person.context.newCDPSession(person.page);
  try {
    await session.send('HeapProfiler.collectGarbage');
    return (await session.send('Runtime.getHeapUsage')).usedSize;
  } finally {
    await session.detach();
  }
}

/** Milliseconds. */
async function timed(act: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await act();
  return performance.now() - began;
}

async function readLog(url: string, token: string): Promise<void> {
  const answer = await fetch(url, { headers: { Authorization: `token ${token}` } });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  await answer.arrayBuffer();
}

async function ask(url: string, token: string, path: string, body: object): Promise<void> {
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: {
      Authorization: `token ${token}`,
      'Content-Type': 'application/json',
      Prefer: 'respond-async',
    },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
}
