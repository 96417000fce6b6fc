import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '../../../../base/wait-until.js';
import { recipeScript } from '../../../../provisioner/images/image-recipe.js';

const handles = `
  const [name] = process.argv.slice(2);
  let signals = 0;
  process.on('SIGTERM', () => {
    process.stdout.write(name + ' hears ' + ++signals + '\\n');
    setTimeout(() => process.stdout.write(name + ' ends\\n', () => process.exit(0)), 150);
  });
  require('fs').writeFileSync(name + '.ready', '');
  setInterval(() => {}, 1000);
`;
const scripts = {
  start: 'node handles.js web',
  list: 'cd . && node handles.js web; true',
  prestart: 'true',
};

/** The Node.js that runs the tests comes first, with its npm, whatever else a shell has. */
const path = `${dirname(process.execPath)}:${process.env['PATH']}`;

describe('the start program of the stack', function () {
  this.timeout(20_000);
  let folder: string;
  const children: ChildProcess[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'deis-start-'));
    await writeFile(join(folder, 'handles.js'), handles);
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'app', version: '1.0.0', scripts }));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      try {
        process.kill(-child.pid!, 'SIGKILL');
      } catch {
        // Nothing of it is left.
      }
    }
    await rm(join(folder, 'web.ready'), { force: true });
    await rm(join(folder, 'other.ready'), { force: true });
  });
  after(() => rm(folder, { recursive: true }));

  /** Runs a command as a container does. `end` sends SIGTERM to it alone and resolves to what it printed. */
  const start = (command: string, input?: string) => {
    const child = spawn('bash', [fileURLToPath(recipeScript('start.sh')), '--', command], {
      cwd: folder,
      env: { ...process.env, PATH: path, HOME: folder, npm_config_update_notifier: 'false' },
      detached: true,
    });
    children.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
    child.stdin.end(input);
    const ended = once(child, 'close').then(([code]) => ({ code: code as number, output }));
    const ready = async (...names: string[]): Promise<void> => {
      const areReady = async () =>
        names.every((name) => existsSync(join(folder, `${name}.ready`))) ? true : undefined;
      await waitUntil(areReady, { deadlineMs: 15_000, intervalMs: 20, what: `${command} to be ready` });
    };
    const end = () => {
      child.kill('SIGTERM');
      return ended;
    };
    return { child, ended, ready, end };
  };
  const heard = (output: string): string[] =>
    output.split('\n').filter((line) => /^\w+ (hears|ends)/.test(line));

  for (const command of [
    'node handles.js web',
    'npm start',
    'npx node handles.js web',
    'A=1 npm start',
    'cd . && exec node handles.js web',
    'cd . && node handles.js web',
    'node handles.js web | cat',
    'node handles.js web 2>&1 | cat | cat',
    'if true; then node handles.js web; fi',
    'sh -c "cd . && node handles.js web; true"',
    'npm run list',
    'while :; do node handles.js web; done',
  ])
    it(`gives SIGTERM to the program of \`${command}\` once, and waits for it`, async () => {
      const { ready, end } = start(command);
      await ready('web');
      const { output } = await end();
      assert.deepEqual(heard(output), ['web hears 1', 'web ends'], output);
    });

  it('gives it to each of several programs', async () => {
    const { ready, end } = start('node handles.js web & node handles.js other & wait');
    await ready('web', 'other');
    const { output } = await end();
    assert.deepEqual(heard(output).sort(), ['other ends', 'other hears 1', 'web ends', 'web hears 1']);
  });

  it('leaves it to a shell that has a trap of its own', async () => {
    const { ready, end } = start("trap 'kill $!' TERM; node handles.js web & wait; wait");
    await ready('web');
    assert.deepEqual(heard((await end()).output), ['web hears 1', 'web ends']);
  });

  it('takes the place of one program, and ends as each command does', async () => {
    const { child, ready, end } = start('node handles.js web');
    await ready('web');
    assert.match(await readFile(`/proc/${child.pid}/cmdline`, 'utf8'), /^node\0handles\.js/);
    await end();
    assert.equal((await start('exit 3').ended).code, 3);
    assert.equal((await start('false; exit 4').ended).code, 4);
    assert.equal((await start('true && false').ended).code, 1);
  });

  it('passes input on, keys as well, and what .profile.d sets', async () => {
    assert.equal(
      (await start('cat; echo "and $0"', 'what comes in\n').ended).output,
      'what comes in\nand bash\n',
    );
    const pressed = "process.once('SIGINT', () => console.log('key')); process.kill(process.pid, 'SIGINT')";
    const { output } = await start(`cd . && node -e "${pressed}; setTimeout(() => {}, 100)"; true`).ended;
    assert.equal(output, 'key\n');
  });
});
