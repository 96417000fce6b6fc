import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, type Duplex, type Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { HookBytes } from '../../../../server/git/hook-bytes.js';
import { answerHooks, type HookDecision, type HookRequest } from '../../../../server/git/hook-line.js';
import { projectRoot } from '../../../support/source/source-imports.js';

const program = join(projectRoot, 'server/git/push/hooks/push-hook.sh');
const zeros = '0'.repeat(40);
const id = 'c'.repeat(40);
const packet = (said: string): string => `${(said.length + 4).toString(16).padStart(4, '0')}${said}`;

describe('the hooks of a push', () => {
  /** A hook as git runs it, whose standard input stays open: git waits for an answer meanwhile. */
  async function run(hook: string, said: string, decide: HookDecision) {
    const child = spawn('/bin/sh', [program, hook], {
      cwd: '/',
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      timeout: 10_000,
      // No git, and so no count of commits.
      env: { PATH: '/usr/bin:/bin', GIT_DIR: '/nonexistent' },
    });
    const line = child.stdio[3] as Duplex;
    const answered = answerHooks(line, decide).then(
      () => undefined,
      (error: unknown) => {
        line.destroy();
        return String(error);
      },
    );
    const out = text(child.stdout!);
    const err = text(child.stderr!);
    const input = child.stdin as Writable;
    input.on('error', () => undefined).write(said);
    if (hook === 'pre-receive') input.end();
    const [code] = (await once(child, 'exit')) as [number];
    input.destroy();
    return { code, out: await out, err: await err, failure: await answered };
  }

  it('carry what git says to whoever decides, and the refusal back', async () => {
    const asked: HookRequest[] = [];
    const said = `${zeros} ${id} refs/heads/master\n${zeros} ${id} refs/tags/with space\n`;
    const { code, err } = await run('pre-receive', said, (request, say) => {
      asked.push(request);
      say('       first');
      say('');
      return Promise.resolve({ refuse: 'no: \\n "%s" $HOME\nsecond line' });
    });
    assert.deepEqual(asked, [
      {
        hook: 'pre-receive',
        updates: [
          { old: zeros, new: id, ref: 'refs/heads/master' },
          { old: zeros, new: id, ref: 'refs/tags/with space' },
        ],
        options: [],
        newCommits: null,
      },
    ]);
    assert.deepEqual([code, err], [1, '       first\n\nno: \\n "%s" $HOME\nsecond line\n']);
    assert.equal((await run('pre-receive', said, () => Promise.resolve({ accept: true }))).code, 0);
  });

  it('say nothing of a git that has ended before it has read which commits are new', async () => {
    // More than a pipe holds.
    const said = Array.from({ length: 2000 }, (_, number) => `${zeros} ${id} refs/heads/b${number}\n`).join(
      '',
    );
    const decided = await run('pre-receive', said, () => Promise.resolve({ refuse: 'no' }));
    assert.deepEqual([decided.code, decided.err], [1, 'no\n']);
  });

  const greeting = (features: string): string => packet(`version=1${features}`) + '0000';
  const update = packet(`${zeros} ${id} refs/heads/master\n`) + '0000';

  it('speak the protocol of proc-receive, with push options and without', async () => {
    const options: (readonly string[])[] = [];
    const accept: HookDecision = (request) => {
      options.push(request.options);
      return Promise.resolve({ accept: true });
    };
    const with2 = `${packet('dockerfile=a b')}${packet('x')}0000`;
    const asked = await run('proc-receive', `${greeting('\0push-options atomic')}${update}${with2}`, accept);
    assert.deepEqual(
      [asked.code, asked.out],
      [0, `001aversion=1\0push-options0000${packet('ok refs/heads/master')}0000`],
    );
    const plain = await run('proc-receive', `${greeting('')}${update}`, accept);
    assert.deepEqual(
      [plain.code, plain.out],
      [0, `${packet('version=1')}0000${packet('ok refs/heads/master')}0000`],
    );
    assert.deepEqual(options, [['dockerfile=a b', 'x'], []]);
  });

  it('say much, and answer for many refs', async () => {
    const lines = Array.from({ length: 2000 }, (_, n) => `       ${n} ${'ü'.repeat(20)} \\t`);
    const refs = Array.from({ length: 500 }, (_, n) => `refs/tags/${n}`);
    const many = refs.map((ref) => packet(`${zeros} ${id} ${ref}`)).join('');
    const { code, out, err } = await run('proc-receive', `${greeting('')}${many}0000`, (_request, say) => {
      lines.forEach((each) => say(each));
      return Promise.resolve({ refuse: `deploy failed: ${'why '.repeat(40)}`, operation: 'one' });
    });
    assert.deepEqual([code, err], [0, lines.map((each) => `${each}\n`).join('')]);
    assert.equal(out.match(/ng refs\/tags\/\d+ deploy failed: why [why ]{20,60} \.\.\.(?=0)/g)?.length, 500);
    assert.ok(out.endsWith('0000'));
  });

  it('refuse when nobody answers, or git speaks another version', async () => {
    for (const hook of ['pre-receive', 'proc-receive']) {
      const said = hook === 'pre-receive' ? `${zeros} ${id} refs/heads/master\n` : `${greeting('')}${update}`;
      const { code, err } = await run(hook, said, () => Promise.reject(new Error('the database is gone')));
      assert.equal(code, 1);
      assert.match(err, /^the controller went away; what it has begun goes on/);
    }
    const other = await run('proc-receive', `${packet('version=2')}0000`, () => assert.fail('it was asked'));
    assert.equal(other.code, 1);
    assert.match(other.failure ?? '', /git speaks version=2 to proc-receive/);
  });

  it('are heard no further than they may speak', async () => {
    const line = new PassThrough();
    const bytes = new HookBytes(line, 1000);
    line.end(`${'x'.repeat(900)}\n${'y'.repeat(2000)}`);
    assert.equal((await bytes.line()).length, 900);
    bytes.begin();
    await assert.rejects(bytes.line(), /more than 1000 bytes of its refs and options/);
  });
});
