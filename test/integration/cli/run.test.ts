import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { waitUntil } from '../../../base/wait-until.js';
import { HttpListener } from '../../../server/listen/http-listener.js';
import { ApiHarness } from '../../support/server/api-harness.js';
import { storeLiveApp } from '../../support/server/stored-formation.js';
import type { FakeCommand } from '../../support/fakes/fake-commands.js';
import { TestTerminal } from '../../support/cli/test-terminal.js';

describe('deis run against the real API', function () {
  this.timeout(30_000);
  let api: ApiHarness;
  let http: HttpListener;
  let url: string;
  const ada = new TestTerminal();
  const eve = new TestTerminal();
  const run = (...words: string[]): Promise<number> => ada.deis('run', '-f', 'peachy-waxworks', ...words);

  /** A command that says its terminal, its input, and what is done to it, until the input ends or says `exit`. */
  const sayBack: FakeCommand = async ({ stdin, terminal, onStdout, onStart }) => {
    const say = (text: string): void => onStdout?.(Buffer.from(text));
    api.commands.onSignal = (name) => say(`[${name}]`);
    onStart?.({ resize: (rows, columns) => say(`[${columns}x${rows}]`), signal: () => undefined });
    say(`${terminal?.term ?? 'no terminal'}\n`);
    for await (const chunk of Readable.from(stdin as Readable).on('error', () => undefined)) {
      say(String(chunk));
      if (String(chunk).includes('exit')) break;
    }
    return 7;
  };
  /** What Docker was asked for to make the newest container. */
  const made = (): string => api.commands.made.at(-1) ?? '';

  before(async () => {
    api = await ApiHarness.start();
    http = await HttpListener.listen('127.0.0.1', 0, api.app);
    url = `http://127.0.0.1:${http.port}`;
    const admin = await api.register('ada');
    await api.register('eve', admin);
    await admin.post('/api/formations', { id: 'peachy-waxworks', flavor: 'mock' }).expect(201);
    const { stores } = api.parts;
    const formation = (await stores.formations.byName('peachy-waxworks'))!;
    await storeLiveApp(stores, (await stores.layers.byName(formation.id, 'runtime'))!);
    await admin.post('/api/formations', { id: 'empty' }).expect(201);
    api.commands.run = sayBack;
    for (const [terminal, name] of [
      [ada, 'ada'],
      [eve, 'eve'],
    ] as const)
      assert.equal(
        await terminal.deis(
          'login',
          url,
          `--username=${name}`,
          '--password=correct horse battery',
          '--known-hosts=no',
        ),
        0,
        terminal.err,
      );
  });
  after(async () => {
    await http.close(0);
    await api.close();
    ada.dispose();
    eve.dispose();
  });
  afterEach(() => Object.assign(ada.keyboard, { isTerminal: false }));

  it('sends standard input byte for byte, and passes the exit code on', async () => {
    ada.input = 'a line\nand ü\n';
    assert.equal(await run('-i', '-e', 'A=b=c', '-e', 'EMPTY=', '--', 'cat'), 7, ada.err);
    assert.equal(ada.out, 'no terminal\na line\nand ü\n');
    for (const part of ['"/usr/local/bin/start","--","cat"', '"A=b=c"', '"EMPTY="'])
      assert.ok(made().includes(part), made());
  });

  it('gives a terminal where there is one: keys, sizes and signals go there', async () => {
    Object.assign(ada.keyboard, { isTerminal: true });
    Object.assign(ada.stdout, { isTTY: true });
    ada.env['TERM'] = 'vt100';
    ada.input = '';
    const ended = run('bash');
    await waitUntil(async () => (ada.out.includes('vt100') ? true : undefined), {
      deadlineMs: 10_000,
      intervalMs: 10,
      what: 'the session',
    });
    ada.resize({ rows: 24, columns: 80 });
    ada.pressCtrlC();
    await waitUntil(
      async () => (ada.out.includes('[80x24]') && ada.out.includes('[INT]') ? true : undefined),
      { deadlineMs: 10_000, intervalMs: 10, what: 'size and signal' },
    );
    ada.type('exit\r');
    assert.equal(await ended, 7);
    assert.match(made(), /"\/usr\/local\/bin\/start","--","bash"/);
    assert.deepEqual(api.commands.signals, ['INT']);
    Object.assign(ada.stdout, { isTTY: false });
  });

  it("says what is wrong, and to whom it is nobody's business, nothing", async () => {
    assert.equal(await ada.deis('run', '-f', 'empty', '-i', 'env'), 6);
    assert.match(ada.err, /nothing is deployed yet: push code with `git push deis HEAD:master` first/);
    assert.equal(await eve.deis('run', '-i', '-f', 'peachy-waxworks', 'env'), 4, eve.err);
    assert.match(eve.err, /no formation "peachy-waxworks"/);
    assert.equal(await run('-e', '1=b', 'env'), 2);
    assert.equal(await run('--detach', '--stdin', 'env'), 2);
    const profile = await ada.deis('whoami');
    assert.equal(profile, 0);
  });

  it('answers 426 to those who ask for no WebSocket', async () => {
    const admin = await api
      .anonymous()
      .post('/api/auth/login')
      .send({ username: 'ada', password: 'correct horse battery' });
    const answer = await api
      .anonymous()
      .get('/api/formations/peachy-waxworks/run?protocol=1')
      .set('Authorization', `token ${admin.body.token}`);
    assert.equal(answer.status, 426);
    assert.equal(answer.headers['upgrade'], 'websocket');
  });

  it('leaves a detached one running, lists it and stops it', async () => {
    assert.equal(await run('--detach', '--', 'node', 'migrate.js'), 0, ada.err);
    const [, name = ''] = /^(run\.\d+)\n$/.exec(ada.out) ?? [];
    assert.match(made(), /"\/usr\/local\/bin\/start","--","node migrate.js"/);
    assert.equal(await ada.deis('run:list', '-f', 'peachy-waxworks', '--json'), 0, ada.err);
    const [listed, before] = JSON.parse(ada.out) as {
      id: string;
      state: string;
      command: string;
      detached: boolean;
    }[];
    assert.deepEqual(
      [listed?.id, listed?.state, listed?.command, listed?.detached],
      [name, 'running', 'node migrate.js', true],
    );
    assert.deepEqual([before?.command, before?.detached], ['bash', false]);
    assert.equal(await ada.deis('run:stop', name, '-f', 'peachy-waxworks'), 0, ada.err);
    assert.equal(await ada.deis('run:list', '-f', 'peachy-waxworks'), 0);
    assert.match(ada.out, new RegExp(`${name} +ended`));
    assert.equal(await ada.deis('run:stop', 'run.9', '-f', 'peachy-waxworks'), 4);
    assert.equal(await ada.deis('run:stop', 'x', '-f', 'peachy-waxworks'), 4);
    assert.doesNotMatch(
      JSON.stringify(
        (await api.db.database('runs').select()).map(
          ({ command_encrypted: sealed }: { command_encrypted: Buffer }) => sealed.toString('latin1'),
        ),
      ),
      /migrate/,
    );
  });
});
