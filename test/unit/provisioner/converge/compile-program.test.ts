import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import fc from 'fast-check';
import { UserError } from '../../../../base/errors.js';
import type { Resource } from '../../../../cookbooks/resource.js';
import { Secret } from '../../../../base/secret.js';
import { compileProgram } from '../../../../provisioner/converge/compile-program.js';
import { ShellSandbox } from '../../../support/nodes/shell-program.js';

describe('a compiled program, run by sh', () => {
  let box: ShellSandbox;
  beforeEach(() => (box = new ShellSandbox()));
  afterEach(() => box.dispose());

  const own = () => ({ owner: box.owner, group: box.group });
  const file = (name: string, content: string | Secret, more: object = {}): Resource => ({
    kind: 'file',
    name: box.path(name),
    content,
    ...own(),
    ...more,
  });
  const append = (name: string, word: string): string[] => [
    'sh',
    '-c',
    'echo "$1" >>"$0"',
    box.path(name),
    word,
  ];

  it('makes files, directories and links, and changes nothing the second time', () => {
    const resources: Resource[] = [
      { kind: 'directory', name: box.path('a', 'b'), mode: '0750', ...own() },
      file('a/b/motd', 'hello\n', { mode: '0600' }),
      { kind: 'link', name: box.path('latest'), to: 'a/b' },
    ];
    const first = box.run(resources);
    assert.deepEqual(
      [first.exitCode, first.results],
      [0, ['directory[/a/b] changed', 'file[/a/b/motd] changed', 'link[/latest] changed']],
    );
    assert.equal(readFileSync(box.path('latest/motd'), 'utf8'), 'hello\n');
    assert.deepEqual(
      [statSync(box.path('a/b')).mode & 0o7777, statSync(box.path('a/b/motd')).mode & 0o7777],
      [0o750, 0o600],
    );
    assert.deepEqual(box.run(resources).results, [
      'directory[/a/b] up-to-date',
      'file[/a/b/motd] up-to-date',
      'link[/latest] up-to-date',
    ]);
  });

  it('finds and repairs drift of content, mode, kind and target', () => {
    const resources: Resource[] = [
      file('text', 'one\n'),
      file('mode', 'x'),
      file('linked', 'mine'),
      { kind: 'link', name: box.path('link'), to: 'text' },
    ];
    box.run(resources);
    writeFileSync(box.path('text'), 'two\n');
    chmodSync(box.path('mode'), 0o777);
    writeFileSync(box.path('elsewhere'), 'untouched');
    box.run([{ kind: 'file', name: box.path('linked'), action: 'delete' }]);
    symlinkSync('elsewhere', box.path('linked'));
    box.run([{ kind: 'link', name: box.path('link'), to: 'mode', ...own() }]);
    const repaired = box.run(resources);
    assert.deepEqual(
      repaired.results.map((line) => line.split(' ')[1]),
      ['changed', 'changed', 'changed', 'changed'],
    );
    assert.match(repaired.ends[0]?.diff ?? '', /^-two$\n^\+one$/m);
    assert.match(repaired.ends[1]?.diff ?? '', /-mode 777.*\n\+mode 644/);
    assert.equal(readFileSync(box.path('elsewhere'), 'utf8'), 'untouched');
    assert.ok(!lstatSync(box.path('linked')).isSymbolicLink());
    assert.equal(readlinkSync(box.path('link')), 'text');
  });

  it('keeps any content exact', () => {
    const text = fc.string({
      unit: fc.oneof(
        fc.constantFrom(
          "'",
          '"',
          '\\',
          '$',
          '`',
          '\n',
          '\r',
          '\t',
          '!',
          '%',
          '%s',
          '\\n',
          '\\c',
          '\u0081',
          '\u0088',
          'é',
          '漢',
          '🚀',
          '-n',
        ),
        fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }),
      ),
      maxLength: 40,
    });
    fc.assert(
      fc.property(fc.array(text, { minLength: 20, maxLength: 20 }), (contents) => {
        const exact = contents.map((content) => content.replaceAll('\0', ''));
        const resources = exact.map((content, n) => file(`fuzz-${n}`, content));
        box.run(resources);
        assert.deepEqual(
          exact.map((_, n) => readFileSync(box.path(`fuzz-${n}`))),
          exact.map((content) => Buffer.from(content)),
        );
        assert.ok(box.run(resources).results.every((line) => line.endsWith('up-to-date')));
      }),
      { numRuns: 5 },
    );
  }).timeout(30_000);

  it('carries a file of a megabyte', () => {
    const content = `${"it's $big\n".repeat(100_000)}end`;
    assert.equal(box.run([file('big', content)]).exitCode, 0);
    assert.equal(readFileSync(box.path('big'), 'utf8'), content);
  });

  it('takes any path that is no path trick', () => {
    const name = `sp ace/"q" $HOME 'é'*[a]`;
    mkdirSync(box.path('sp ace'));
    assert.deepEqual(box.run([file(name, 'x')]).exitCode, 0);
    assert.equal(box.run([file(name, 'x')]).results[0]?.endsWith('up-to-date'), true);
    assert.equal(readFileSync(box.path(name), 'utf8'), 'x');
  });

  it('only says what would change in a why-run', () => {
    const resources = [
      file('new', 'text\n', { notifies: [{ resource: 'execute[note]', action: 'run' }] }),
      { kind: 'execute', name: 'note', command: append('noted', 'x'), onlyWhenNotified: true } as const,
    ];
    const run = box.run(resources, { whyRun: true });
    assert.deepEqual(
      [run.exitCode, run.results],
      [0, ['file[/new] would-change', 'execute[note] up-to-date']],
    );
    assert.match(run.ends[0]?.diff ?? '', /^\+text$/m);
    assert.ok(
      !existsSync(box.path('new')) && !existsSync(box.path('noted')) && !existsSync(box.path('state')),
    );
  });

  it('stops at a failure, says why, and finishes', () => {
    const failing: Resource = {
      kind: 'execute',
      name: 'fail',
      command: ['sh', '-c', 'echo "out: $0"; echo err >&2; exit 7', 'a\n"b"'],
    };
    const run = box.run([failing, file('after', 'x')]);
    assert.deepEqual([run.exitCode, run.results], [1, ['execute[fail] failed']]);
    assert.equal(run.ends[0]?.error, 'out: a\n"b"\nerr\n');
    assert.equal(run.ends[0]?.exitCode, 7);
    assert.deepEqual(run.events.at(-1), { event: 'finish', changed: 0, failed: 1 });
    assert.ok(!existsSync(box.path('after')));
    const ignored = box.run([{ ...failing, ignoreFailure: true }, file('after', 'x')]);
    assert.deepEqual(
      [ignored.exitCode, ignored.results],
      [0, ['execute[fail] failed', 'file[/after] changed']],
    );
  });

  it('ends a repair at its first failing command', () => {
    mkdirSync(box.path('dir'));
    const run = box.run([file('dir', 'x')]);
    assert.match(run.ends[0]?.error ?? '', /is a directory/);
    assert.ok(statSync(box.path('dir')).isDirectory());
  });

  it('tries a repair again as often as it may', () => {
    const command = ['sh', '-c', 'echo try >>"$0"; [ "$(wc -l <"$0")" -ge 2 ]', box.path('tries')];
    assert.deepEqual(box.run([{ kind: 'execute', name: 'flaky', command, retries: 1 }]).results, [
      'execute[flaky] changed',
    ]);
    assert.deepEqual(box.run([{ kind: 'execute', name: 'broken', command: ['false'], retries: 1 }]).results, [
      'execute[broken] failed',
    ]);
  });

  it('notifies once, at the end, only after a change', () => {
    const notifies = [{ resource: 'execute[restart]', action: 'run' }] as const;
    const resources: Resource[] = [
      file('one', '1', { notifies }),
      file('two', '2', { notifies }),
      {
        kind: 'execute',
        name: 'between',
        command: append('log', 'between'),
        notIf: ['test', '-e', box.path('log')],
      },
      { kind: 'execute', name: 'restart', command: append('log', 'restarted'), onlyWhenNotified: true },
    ];
    assert.deepEqual(box.run(resources).results.slice(-1), ['execute[restart] run changed']);
    assert.equal(readFileSync(box.path('log'), 'utf8'), 'between\nrestarted\n');
    assert.deepEqual(
      box.run(resources).results.map((line) => line.split(' ').at(-1)),
      ['up-to-date', 'up-to-date', 'skipped', 'up-to-date'],
    );
    assert.equal(readFileSync(box.path('log'), 'utf8'), 'between\nrestarted\n');
  });

  it('notifies at once when asked to, and goes on with the right resource', () => {
    const run = box.run([
      file('one', '1', { notifies: [{ resource: 'execute[now]', action: 'run', timing: 'immediate' }] }),
      file('two', '2'),
      { kind: 'execute', name: 'now', command: append('log', 'now'), onlyWhenNotified: true },
    ]);
    assert.deepEqual(run.results, [
      'file[/one] changed',
      'execute[now] run changed',
      'file[/two] changed',
      'execute[now] up-to-date',
    ]);
    assert.deepEqual(
      run.ends.map(({ n }) => n),
      [0, 3, 1, 2],
    );
  });

  it('delivers a delayed notification also after a failure, and after the death of the program that owed it', () => {
    const note: Resource = {
      kind: 'execute',
      name: 'note',
      command: append('log', 'noted'),
      onlyWhenNotified: true,
    };
    const one = file('one', '1', { notifies: [{ resource: 'execute[note]', action: 'run' }] });
    const text = compileProgram(
      [one, note, { kind: 'execute', name: 'die', command: ['sh', '-c', 'kill -9 "$0"', '$$'] }],
      { generation: 1, whyRun: false },
    ).reveal();
    assert.equal(box.runText(text.replace("'$$'", () => '"$$"')).exitCode, null);
    assert.ok(!existsSync(box.path('log')));
    assert.deepEqual(box.run([one, note]).results, [
      'file[/one] up-to-date',
      'execute[note] up-to-date',
      'execute[note] run changed',
    ]);
    assert.deepEqual(box.run([one, note]).results, ['file[/one] up-to-date', 'execute[note] up-to-date']);
    box.run([
      file('one', '2', { notifies: [{ resource: 'execute[note]', action: 'run' }] }),
      note,
      { kind: 'execute', name: 'fail', command: ['false'] },
    ]);
    assert.equal(readFileSync(box.path('log'), 'utf8'), 'noted\nnoted\n');
  });

  it('keeps the old file when its check refuses the new one', () => {
    box.run([file('checked', 'good\n')]);
    const run = box.run([file('checked', 'bad\n', { verify: ['grep', '-q', 'good', '{path}'] })]);
    assert.match(run.ends[0]?.error ?? '', /refused by its check/);
    assert.equal(readFileSync(box.path('checked'), 'utf8'), 'good\n');
    assert.deepEqual(
      box.run([file('checked', 'good, too\n', { verify: ['grep', '-q', 'good', '{path}'] })]).results,
      ['file[/checked] changed'],
    );
  });

  it('shows nothing of what is secret', () => {
    const secret = 'hunter2-sentinel';
    box.run([file('a', `old ${secret}\n`)]);
    const resources: Resource[] = [
      file('a', new Secret(`new ${secret}\n`)),
      {
        kind: 'execute',
        name: 'leak',
        sensitive: true,
        ignoreFailure: true,
        environment: { TOKEN: new Secret(secret) },
        command: ['sh', '-c', 'echo "$TOKEN"; exit 3'],
      },
    ];
    const runs = [box.run(resources, { whyRun: true }), box.run(resources)];
    assert.deepEqual(runs[1]?.results, ['file[/a] changed', 'execute[leak] failed']);
    assert.match(runs[1]?.ends[1]?.error ?? '', /withheld/);
    for (const { events, output, stderr } of runs)
      assert.ok(!`${JSON.stringify(events)}${output}${stderr}`.includes(secret));
  });

  it('gathers facts again after a change', () => {
    const first: Resource = {
      kind: 'execute',
      name: 'write',
      command: ['sh', '-c', 'printf x >"$0"', box.path('x')],
      creates: box.path('x'),
    };
    assert.deepEqual(box.run([file('other', ''), first, file('x', 'x')]).results.slice(1), [
      'execute[write] changed',
      'file[/x] up-to-date',
    ]);
  });

  it('says nothing on stderr, and leaves nothing behind', () => {
    const run = box.run([
      file('one', '1'),
      { kind: 'execute', name: 'noise', command: ['sh', '-c', 'echo noise >&2'] },
    ]);
    assert.equal(run.stderr, '');
    assert.ok(!existsSync(box.path('state/work')));
  });
});

describe('compileProgram refuses', () => {
  const options = { generation: 1, whyRun: false };
  const cases: [string, Resource[], RegExp][] = [
    [
      'a resource declared twice',
      [
        { kind: 'directory', name: '/a' },
        { kind: 'directory', name: '/a' },
      ],
      /directory\[\/a\] is declared twice/,
    ],
    [
      'a notification that reaches nobody',
      [{ kind: 'file', name: '/a', notifies: [{ resource: 'service[x]', action: 'restart' }] }],
      /notifies service\[x\], which no recipe/,
    ],
    [
      'an action that the target lacks',
      [{ kind: 'file', name: '/a', notifies: [{ resource: 'file[/a]', action: 'restart' }] }],
      /which it cannot/,
    ],
    ['a NUL byte', [{ kind: 'file', name: '/a', content: 'a\0b' }], /file\[\/a\].*NUL/],
    ['a relative path', [{ kind: 'file', name: 'etc/x' }], /absolute/],
    ['a path with ..', [{ kind: 'directory', name: '/etc/../x' }], /absolute/],
    ['a path with a newline', [{ kind: 'link', name: '/etc/a\nb', to: 'x' }], /absolute/],
    ['the root directory', [{ kind: 'directory', name: '/', action: 'delete' }], /absolute/],
    ['a mode that is not octal', [{ kind: 'file', name: '/a', mode: '0888' }], /0888 is not octal/],
    [
      'an option as a package',
      [{ kind: 'package', name: '--purge' }],
      /not a valid name of a Debian package/,
    ],
    ['an option as a unit', [{ kind: 'service', name: 'a b' }], /not a valid name of a systemd unit/],
    ['an option as a user', [{ kind: 'user', name: '-r' }], /not a valid name of an account/],
    ['an archive without a checksum', [{ kind: 'archive', name: '/a', sha256: 'abc' }], /64 hexadecimal/],
    [
      'an archive that root would unpack',
      [{ kind: 'archive', name: '/a', sha256: 'a'.repeat(64), uid: 0 }],
      /unprivileged/,
    ],
    [
      'a download from a file',
      [{ kind: 'archive', name: '/a', sha256: 'a'.repeat(64), url: new Secret('file:///etc/shadow') }],
      /http or https/,
    ],
    [
      'a download that ends the quotes',
      [
        {
          kind: 'archive',
          name: '/a',
          sha256: 'a'.repeat(64),
          url: new Secret('http://h/"\noutput = "/etc/passwd'),
        },
      ],
      /http or https/,
    ],
    [
      'a firewall source that is no address',
      [{ kind: 'firewall', name: 'X', sources: ['0.0.0.0/0'], rulesPath: '/r', restore: ['true'] }],
      /not a valid IPv4 address/,
    ],
    [
      'a backend that is no address',
      [
        {
          kind: 'nginx_backends',
          name: 'x',
          generation: 1,
          algorithm: 'ip_hash',
          backends: ['a:1;'],
          endpoint: 'http://127.0.0.1/',
          path: '/b',
        },
      ],
      /not address:port/,
    ],
    ['an empty command', [{ kind: 'execute', name: 'x', command: [] }], /empty command/],
    [
      'a site beside the sites',
      [{ kind: 'nginx_site', name: '../nginx.conf', content: '' }],
      /not a valid name of a site/,
    ],
  ];
  for (const [what, resources, message] of cases) {
    it(what, () => {
      assert.throws(
        () => compileProgram(resources, options),
        (error) => error instanceof UserError && message.test(error.message),
      );
    });
  }
});
