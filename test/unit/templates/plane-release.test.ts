import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderNodeFile } from '../../../templates/render.js';

/** A service whose process starts where its settings say GOOD. */
const systemctl = `echo "$*" >>"$ROOT/systemctl.log"
case "$*" in
restart*)
  if grep -q GOOD "$ROOT/etc/controller.env"; then
    echo 100 >"$ROOT/pid"; echo 0 >"$ROOT/restarts"
    mkdir -p "$ROOT/data/controllers"; : >"$ROOT/data/controllers/$(uname -n)-100.json"
  else echo 0 >"$ROOT/pid"; echo 9 >"$ROOT/restarts"; fi ;;
*MainPID*) cat "$ROOT/pid" ;;
*NRestarts*) cat "$ROOT/restarts" ;;
esac`;
const programs: Readonly<Record<string, string>> = {
  systemctl,
  runuser: 'shift 3\nexec "$@"',
  journalctl: 'echo its last words',
  curl: 'exit 0',
  sleep: 'exit 0',
  id: 'echo 0',
};
/** The release's Node.js: what it is asked is written down. */
const node = `shift
echo "$* \${DEIS_WORD:-}\${DEIS_STATE_DIR:-}" >>"$ROOT/asked.log"
[ "$1" != check ] || [ "\${DEIS_WORD:-}" != refused ] || { echo 'the settings are not right'; exit 2; }`;

describe('the program that brings releases into service', () => {
  let root: string;
  const at = (...parts: string[]): string => join(root, ...parts);
  const write = (path: string, text: string, mode = 0o644): void => writeFileSync(at(path), text, { mode });
  const run = (...args: string[]): { readonly status: number | null; readonly said: string } => {
    const { status, stdout, stderr } = spawnSync('sh', [at('program'), ...args], {
      encoding: 'utf8',
      // As a converge has it.
      env: { ROOT: root, DEIS_STATE_DIR: '/x', PATH: `${at('bin')}:${process.env['PATH'] ?? ''}` },
      timeout: 20_000,
    });
    return { status, said: stdout + stderr };
  };
  const bring = (release: string): void => {
    mkdirSync(at('home', 'releases', release, 'node', 'bin'), { recursive: true });
    write(`home/releases/${release}/node/bin/node`, `#!/bin/sh\n${node}\n`, 0o755);
  };
  const served = (): string => readlinkSync(at('home', 'current'));
  const want = (settings: string, unit = 'unit 1\n'): void => {
    write('etc/next.env', `DEIS_DATA_DIR="${at('data')}"\n${settings}`);
    write('etc/next.service', unit);
  };
  const switchTo = (name: string): ReturnType<typeof run> =>
    run('switch', name, 'http://x/health', at('data'));

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'deis-release-'));
    for (const folder of ['bin', 'etc', 'data']) mkdirSync(at(folder), { recursive: true });
    for (const [name, text] of Object.entries(programs)) write(`bin/${name}`, `#!/bin/sh\n${text}\n`, 0o755);
    bring('r1');
    const text = renderNodeFile('plane-release.sh', {})
      .replace('/opt/deis-controller', at('home'))
      .replace('/etc/deis-controller', at('etc'))
      .replace('/etc/systemd/system/deis-controller.service', at('unit'));
    write('program', text);
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('checks a release, switches to it and says so from then on', () => {
    want('DEIS_WORD="GOOD"\n');
    assert.equal(run('is-current', 'r1').status, 1);
    const first = switchTo('r1');
    assert.deepEqual([first.status, served()], [0, 'releases/r1'], first.said);
    assert.equal(readFileSync(at('unit'), 'utf8'), 'unit 1\n');
    assert.deepEqual([run('is-current', 'r1').status, run('is-current', 'r2').status], [0, 1]);
    assert.match(readFileSync(at('asked.log'), 'utf8'), /^check GOOD$/m);
    want('DEIS_WORD="GOOD 2"\n');
    assert.equal(run('is-current', 'r1').status, 1);
  });

  it('migrates before another release serves, with a backup where those have a place', () => {
    want('DEIS_WORD="GOOD"\n');
    switchTo('r1');
    assert.doesNotMatch(readFileSync(at('asked.log'), 'utf8'), /upgrade/);
    bring('r2');
    switchTo('r2');
    assert.match(readFileSync(at('asked.log'), 'utf8'), /^upgrade --no-backup GOOD$/m);
    want('DEIS_WORD="GOOD"\nDEIS_BACKUP_TO="/x"\n');
    switchTo('r1');
    assert.match(readFileSync(at('asked.log'), 'utf8'), /^upgrade GOOD$/m);
    assert.equal(served(), 'releases/r1');
  });

  it('touches nothing of what serves where the check refuses', () => {
    want('DEIS_WORD="GOOD"\n');
    switchTo('r1');
    const before = readFileSync(at('systemctl.log'), 'utf8');
    want('DEIS_WORD="refused"\n');
    bring('r2');
    const { status, said } = switchTo('r2');
    assert.equal(status, 1);
    assert.match(
      said,
      /the settings are not right\n.*check of r2 .* exit code 2: nothing was changed, and r1 serves on/s,
    );
    assert.deepEqual([served(), readFileSync(at('systemctl.log'), 'utf8')], ['releases/r1', before]);
    assert.match(readFileSync(at('etc', 'controller.env'), 'utf8'), /GOOD/);
  });

  it('puts back what served before where a release does not come to serve', () => {
    want('DEIS_WORD="GOOD"\n');
    switchTo('r1');
    want('DEIS_WORD="bad"\n', 'unit 2\n');
    bring('r2');
    const { status, said } = switchTo('r2');
    assert.equal(status, 1);
    assert.match(
      said,
      /its last words[^]*release r2 did not come to serve .*; r1 with those of before serves again/,
    );
    assert.equal(served(), 'releases/r1');
    assert.match(readFileSync(at('etc', 'controller.env'), 'utf8'), /GOOD/);
    assert.equal(readFileSync(at('unit'), 'utf8'), 'unit 1\n');
    assert.ok(!existsSync(at('etc', 'before')));
  });

  it('leaves nothing in service where the first release does not come to serve', () => {
    want('DEIS_WORD="bad"\n');
    const { status, said } = switchTo('r1');
    assert.deepEqual([status, existsSync(at('home', 'current'))], [1, false], said);
    assert.match(said, /release r1 did not come to serve; its last words are above/);
  });

  it('runs commands of the release that serves with its settings', () => {
    want('DEIS_WORD="GOOD"\n');
    assert.match(run('serving', 'schedule').said, /no release serves on this host/);
    switchTo('r1');
    want('DEIS_WORD="later"\n');
    assert.equal(run('serving', 'backup', 'list').status, 0);
    assert.match(readFileSync(at('asked.log'), 'utf8'), /^backup list GOOD$/m);
  });

  it('keeps the release before, and no others', () => {
    want('DEIS_WORD="GOOD"\n');
    bring('r0');
    switchTo('r1');
    assert.ok(!existsSync(at('home/releases/r0')));
    for (const release of ['r2', 'r3']) {
      bring(release);
      switchTo(release);
    }
    assert.deepEqual(readdirSync(at('home/releases')).sort(), ['r2', 'r3']);
  });

  it('unpacks what was sent, and refuses anything else', () => {
    mkdirSync(at('tree/app'), { recursive: true });
    write('tree/app/file', 'x');
    const pack = (): void => void spawnSync('tar', ['-czf', at('sent.tgz'), '-C', at('tree'), 'app']);
    pack();
    const sum = createHash('sha256')
      .update(readFileSync(at('sent.tgz')))
      .digest('hex');
    const wrong = run('unpack', 'r3', at('sent.tgz'), '0'.repeat(64));
    assert.deepEqual([wrong.status, existsSync(at('home/releases/r3'))], [1, false]);
    assert.match(wrong.said, /is not what was sent/);
    assert.equal(run('unpack', 'r3', at('sent.tgz'), sum).status, 0);
    assert.ok(existsSync(at('home/releases/r3/app/file')) && !existsSync(at('sent.tgz')));
    assert.match(run('unpack', 'r4', at('sent.tgz'), sum).said, /the release r4 did not arrive/);
  });
});
