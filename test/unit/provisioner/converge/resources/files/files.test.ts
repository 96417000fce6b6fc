import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { promisify } from 'node:util';
import type { Resource } from '../../../../../../cookbooks/resource.js';
import { Secret } from '../../../../../../base/secret.js';
import { compileProgram } from '../../../../../../provisioner/converge/compile-program.js';
import { ShellSandbox } from '../../../../../support/nodes/shell-program.js';
import { BodyServer } from '../../../../../support/apps/slug-of-files.js';

describe('resources that make files', () => {
  let box: ShellSandbox;
  beforeEach(() => (box = new ShellSandbox()));
  afterEach(() => box.dispose());
  const own = () => ({ owner: box.owner, group: box.group });

  it('acts on what it subscribes to, once, at the end', () => {
    const file: Resource = { kind: 'file', name: box.path('conf'), content: 'x', ...own() };
    const other: Resource = { kind: 'file', name: box.path('other'), content: 'x', ...own() };
    const reload: Resource = {
      kind: 'execute',
      name: 'reload',
      command: ['sh', '-c', 'echo reloaded >>"$0"', box.path('log')],
      onlyWhenNotified: true,
      subscribes: [file, other].map(({ name }) => ({ resource: `file[${name}]`, action: 'run' })),
    };
    assert.deepEqual(box.run([reload, file, other]).results, [
      'execute[reload] up-to-date',
      'file[/conf] changed',
      'file[/other] changed',
      'execute[reload] run changed',
    ]);
    assert.equal(readFileSync(box.path('log'), 'utf8'), 'reloaded\n');
    assert.equal(box.run([reload, file, other]).results.length, 3);
    writeFileSync(box.path('conf'), 'y');
    const immediate: Resource = {
      ...reload,
      subscribes: [{ resource: `file[${box.path('conf')}]`, action: 'run', timing: 'immediate' }],
    };
    assert.deepEqual(box.run([immediate, file, other]).results, [
      'execute[reload] up-to-date',
      'file[/conf] changed',
      'execute[reload] run changed',
      'file[/other] up-to-date',
    ]);
  });

  it('leaves what is there when it was to be made only if missing', () => {
    const file: Resource = {
      kind: 'file',
      name: box.path('once'),
      action: 'create_if_missing',
      content: 'first\n',
      ...own(),
    };
    assert.deepEqual(box.run([file]).results, ['file[/once] changed']);
    writeFileSync(box.path('once'), 'edited');
    chmodSync(box.path('once'), 0o600);
    assert.deepEqual(box.run([file]).results, ['file[/once] up-to-date']);
    assert.equal(readFileSync(box.path('once'), 'utf8'), 'edited');
  });

  it('shows nothing of a command that was given a Secret, not even when it fails', () => {
    const command = ['sh', '-c', 'echo "word is $WORD" >&2; exit 3'];
    const run = box.run([
      { kind: 'execute', name: 'tell', command, environment: { WORD: new Secret('sentinel') } },
    ]);
    assert.deepEqual(run.results, ['execute[tell] failed']);
    assert.equal(run.ends[0]?.error, 'exit status 3; its output is withheld, the resource is sensitive\n');
    assert.equal(run.ends[0]?.diff, undefined);
  });

  describe('template', () => {
    const template = (variables: Record<string, unknown>): Resource => ({
      kind: 'template',
      name: box.path('out'),
      source: 'site.njk',
      folder: box.path('templates'),
      variables,
      ...own(),
    });
    beforeEach(() => {
      mkdirSync(box.path('templates'));
      writeFileSync(
        box.path('templates', 'site.njk'),
        '{% include "head.njk" %}\n{% for user in users %}\n{{ user.name }}={{ user.word }}\n{% endfor %}\n',
      );
      writeFileSync(box.path('templates', 'head.njk'), '# <{{ title }}>\n');
    });

    it('renders what it is given, and shows a diff', () => {
      const run = box.run([template({ title: '&', users: [{ name: 'a', word: '"' }] })]);
      assert.equal(readFileSync(box.path('out'), 'utf8'), '# <&>\na="\n');
      assert.match(run.ends[0]?.diff ?? '', /^\+a="$/m);
    });

    it('keeps a secret in its variables out of diffs, however deep', () => {
      const run = box.run([template({ title: 't', users: [{ name: 'a', word: new Secret('sentinel') }] })]);
      assert.deepEqual(run.results, ['template[/out] changed']);
      assert.equal(readFileSync(box.path('out'), 'utf8'), '# <t>\na=sentinel\n');
      assert.equal(run.ends[0]?.diff, undefined);
    });

    it('counts a changed template at once', () => {
      const resource = template({ title: 't', users: [] });
      box.run([resource]);
      writeFileSync(box.path('templates', 'head.njk'), 'other');
      assert.deepEqual(box.run([resource]).results, ['template[/out] changed']);
    });
  });

  describe('remote_file', () => {
    const server = new BodyServer();
    const body = Buffer.from('\0binary\xff\n', 'latin1');
    before(() => server.listen('127.0.0.1'));
    after(() => server.close());
    beforeEach(() => (server.requests.length = 0));
    // Not spawnSync: this process answers the download.
    const run = async (more: object = {}): Promise<string> => {
      const resource: Resource = {
        kind: 'remote_file',
        name: box.path('fetched'),
        source: new Secret(server.serve('/x?signature=sentinel', body)),
        sha256: createHash('sha256').update(body).digest('hex'),
        ...own(),
        ...more,
      };
      const program = box.path('program.sh');
      writeFileSync(program, compileProgram([resource], { generation: 1, whyRun: false }).reveal());
      const { stdout } = await promisify(execFile)('sh', [program], {
        env: { DEIS_STATE_DIR: box.path('state') },
      }).catch((error: { stdout: string }) => error);
      return stdout;
    };

    it('fetches what is missing, and nothing twice', async () => {
      assert.match(await run(), /"result":"changed"/);
      assert.deepEqual(readFileSync(box.path('fetched')), body);
      assert.match(await run(), /"result":"up-to-date"/);
      chmodSync(box.path('fetched'), 0o600);
      assert.match(await run(), /"result":"changed"/);
      assert.equal(statSync(box.path('fetched')).mode & 0o777, 0o644);
      assert.equal(server.requests.length, 1);
    });

    for (const [what, more, why] of [
      ['has another sum', { sha256: 'b'.repeat(64) }, /has sha256 [0-9a-f]{64}, wanted bbbb/],
      [
        'is refused by its check',
        { verify: ['grep', '-q', 'never', '{path}'], sha256: undefined },
        /refused by its check/,
      ],
    ] as const) {
      it(`leaves the old file when the new one ${what}`, async () => {
        writeFileSync(box.path('fetched'), 'old');
        const said = await run(
          Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined)),
        );
        assert.match(said, /"result":"failed"/);
        assert.match(Buffer.from(/"error64":"([^"]*)"/.exec(said)?.[1] ?? '', 'base64').toString(), why);
        assert.equal(readFileSync(box.path('fetched'), 'utf8'), 'old');
        assert.deepEqual(
          readdirSync(box.root).filter((name) => name.startsWith('.deis')),
          [],
        );
        assert.ok(!said.includes('sentinel'));
      });
    }

    it('fails on a URL that does not answer, and leaves nothing', async () => {
      assert.match(await run({ source: server.url('/missing') }), /"result":"failed"/);
      assert.ok(!existsSync(box.path('fetched')));
    });
  });
});
