import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { askAnew } from '../support/server/ask-anew.js';
import { containersOfInstance, prepareMachine } from '../support/nodes/docker-machine.js';
import { projectRoot } from '../support/source/source-imports.js';

/**
 * `npm pack`, installed into an empty prefix: what an operator gets, without sources or a TypeScript loader.
 */
describe('the npm package', function () {
  this.timeout(300_000);
  const place = mkdtempSync(join(tmpdir(), 'deis-package-'));
  const instance = randomBytes(4).toString('hex');
  const env = {
    HOME: join(place, 'home'),
    DEIS_INSTANCE: instance,
    DEIS_DATA_DIR: join(place, 'data'),
    DEIS_PORT: '0',
    DEIS_GIT_PORT: '0',
    DEIS_SLUG_PORT: '0',
  };
  const bin = (name: string): string => join(place, 'prefix', 'bin', name);

  before(async function () {
    this.timeout(600_000);
    await prepareMachine();
    mkdirSync(env.HOME, { recursive: true });
    const packed = await execa('npm', ['pack', '--silent', '--pack-destination', place], {
      cwd: projectRoot,
    });
    await execa(
      'npm',
      [
        'install',
        '--global',
        '--prefix',
        join(place, 'prefix'),
        '--prefer-offline',
        '--no-fund',
        '--no-audit',
        '--loglevel=error',
        join(place, packed.stdout.trim().split('\n').at(-1)!),
      ],
      { cwd: place },
    );
  });

  after(async () => {
    await execa(bin('deis-quickstart'), ['down'], { env, reject: false });
    rmSync(place, { recursive: true, force: true });
  });

  it('gives a deis that works', async () => {
    const { stdout } = await execa(bin('deis'), ['--version'], { env });
    assert.match(stdout, /\d+\.\d+\.\d+/);
    assert.match((await execa(bin('deis'), ['help', 'layers'], { env, all: true })).all, /layers:scale/);
  });

  it('holds no TypeScript source and no loader', async () => {
    const { stdout } = await execa('find', [
      join(place, 'prefix', 'lib', 'node_modules', 'deis-classic'),
      '-path',
      '*/node_modules/deis-classic/node_modules',
      '-prune',
      '-o',
      '-path',
      '*/examples/cookbooks/*',
      '-prune',
      '-o',
      '-name',
      '*.ts',
      '-not',
      '-name',
      '*.d.ts',
      '-print',
    ]);
    assert.equal(stdout, '');
    assert.equal((await execa('find', [join(place, 'prefix'), '-type', 'd', '-name', 'tsx'])).stdout, '');
  });

  it('brings the dashboard, built', () => {
    const built = join(place, 'prefix', 'lib', 'node_modules', 'deis-classic', 'dist', 'dashboard');
    const page = readFileSync(join(built, 'index.html'), 'utf8');
    const files = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, path]) => path!);
    assert.ok(files.length >= 3, page);
    for (const path of files) assert.ok(readFileSync(join(built, path)).length > 100, path);
  });

  it('brings the types that cookbooks of an operator are checked against', async () => {
    const cookbooks = join(place, 'cookbooks');
    const installed = join(place, 'prefix', 'lib', 'node_modules', 'deis-classic');
    cpSync(join(installed, 'examples', 'cookbooks'), cookbooks, { recursive: true });
    mkdirSync(join(cookbooks, 'node_modules'));
    symlinkSync(installed, join(cookbooks, 'node_modules', 'deis-classic'));
    const tsc = join(projectRoot, 'node_modules', 'typescript', 'bin', 'tsc');
    await execa(process.execPath, [tsc, '-p', cookbooks], { all: true });
    writeFileSync(
      join(cookbooks, 'mydb', 'recipes', 'wrong.ts'),
      "import { file } from 'deis-classic/cookbook';\n" +
        "export default () => [file('/etc/x', { mode: 644 })];\n",
    );
    const wrong = await execa(process.execPath, [tsc, '-p', cookbooks], { all: true, reject: false });
    assert.match(wrong.all, /wrong\.ts\(2,\d+\): error TS2322/);
  });

  it('runs the quickstart story, a second time with what is there', async () => {
    const first = await execa(bin('deis-quickstart'), ['--no-launcher'], { env, all: true });
    const url = /App is live: (http:\/\/\S+)$/.exec(first.stdout.trim())?.[1];
    assert.ok(url !== undefined, first.all);
    assert.match(first.stdout, /dashboard: http:\S+\/ \(user quickstart, password in \S+\)\n[^]*App is live/);
    assert.equal((await askAnew(url)).status, 200);
    const again = await execa(bin('deis-quickstart'), ['--no-launcher'], { env });
    assert.ok(again.stdout.trim().endsWith(`App is live: ${url}`), again.stdout);
    assert.match(again.stdout, /runs already/);
    console.log(`      second run: ${/([\d.]+ s) in all\)\n[^\n]*$/.exec(again.stdout.trim())?.[1]}`);
    assert.equal((await containersOfInstance(instance, 'node')).length, 3);
  });

  it('finds an app with a domain, and restarts the controller of an older build', async () => {
    const profile = join(env.DEIS_DATA_DIR, 'quickstart', 'client.json');
    await execa(bin('deis'), ['domains:add', 'www.example.com', '-f', 'quickstart'], {
      env: { ...env, DEIS_PROFILE: profile },
    });
    const controller = (): number =>
      (JSON.parse(readFileSync(join(env.DEIS_DATA_DIR, 'controller.json'), 'utf8')) as { pid: number }).pid;
    const before = controller();
    // As the next package, or a clone after a pull, would have it.
    writeFileSync(
      join(place, 'prefix', 'lib', 'node_modules', 'deis-classic', 'dist', '.built-from'),
      'next',
    );
    const { stdout } = await execa(bin('deis-quickstart'), ['--no-launcher'], { env });
    assert.match(stdout, /restarting the controller: it is of an older build/);
    assert.notEqual(controller(), before);
    assert.ok(stdout.trim().endsWith('App is live: http://www.example.com/'), stdout);
  });

  it('takes down what it made, and comes up again from the data that it kept, on Debian 13 now', async () => {
    await execa(bin('deis-quickstart'), ['down'], { env });
    assert.deepEqual(await containersOfInstance(instance), []);
    assert.equal(
      (await execa('docker', ['network', 'ls', '-q', '--filter', `label=deis.instance=${instance}`])).stdout,
      '',
    );
    const { docker, node } = await prepareMachine('trixie');
    assert.match(
      (await execa(bin('deis-quickstart'), ['--no-launcher'], { env: { ...env, DEIS_SUITE: 'trixie' } }))
        .stdout,
      /its machines are gone[^]*App is live: http:\/\/\S+$/,
    );
    const nodes = await docker.listContainers({ filters: { label: [`deis.instance=${instance}`] } });
    assert.deepEqual(new Set(nodes.map(({ ImageID }) => ImageID)), new Set([node.id]));
  });

  it('leaves no process and no container when it is taken down after its controller was killed', async () => {
    const { pid } = JSON.parse(readFileSync(join(env.DEIS_DATA_DIR, 'controller.json'), 'utf8')) as {
      pid: number;
    };
    process.kill(pid, 'SIGKILL');
    await execa(bin('deis-quickstart'), ['down'], { env });
    assert.deepEqual(await containersOfInstance(instance), []);
    const { stdout } = await execa('ps', ['-eo', 'args']);
    assert.deepEqual(
      stdout.split('\n').filter((line) => line.includes(place)),
      [],
    );
    assert.match(
      (await execa(bin('deis-controller'), ['--stop-database'], { env })).stdout,
      /no embedded database runs/,
    );
  });
});
