import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { frontPackages, frontRecipe } from '../../../../../cookbooks/deis/planes/front.js';
import type { PlaneFront } from '../../../../../cookbooks/deis/planes/plane-host.js';
import { resourceId, type Resource } from '../../../../../cookbooks/resource.js';
import { ShellSandbox } from '../../../../support/nodes/shell-program.js';

const front: PlaneFront = {
  name: 'deis.example.com',
  port: 443,
  api: ['10.0.0.12:8000'],
  challenges: ['10.0.0.12:8002'],
  passesTls: false,
  listensOnIpv6: false,
};
/** What Debian's package does below /etc/nginx when it is installed first (nginx-common 1.22.1-9, postinst). */
const installNginx = `mkdir -p usr/sbin etc/nginx/sites-available etc/nginx/sites-enabled
echo 'server { listen 80 default_server; }' >etc/nginx/sites-available/default
if [ ! -e etc/nginx/sites-enabled/default ] && [ -d etc/nginx/sites-enabled ] && [ -d etc/nginx/sites-available ]; then
  ln -s ../sites-available/default etc/nginx/sites-enabled/default
fi
: >usr/sbin/nginx`;

describe('nginx of a front that is prepared', () => {
  let box: ShellSandbox;
  beforeEach(() => {
    box = new ShellSandbox();
    mkdirSync(box.path('etc'));
  });
  afterEach(() => box.dispose());

  /** On a host that is a folder. The packages themselves are left out: this machine is not to have them. */
  function prepare(): readonly string[] {
    const resources = frontPackages(front)
      .filter(({ kind }) => kind === 'file' || kind === 'directory')
      .map((resource) => {
        const moved = JSON.stringify(resource).replaceAll(/"(?=\/(etc|usr)\/)/g, `"${box.root}`);
        return { ...(JSON.parse(moved) as Resource), owner: box.owner, group: box.group } as Resource;
      });
    const { exitCode, results, output } = box.run(resources);
    assert.equal(exitCode, 0, output);
    return results;
  }

  /** Sites by which nginx listens somewhere. */
  function listening(): string[] {
    const sites = box.path('etc/nginx/sites-enabled');
    return readdirSync(sites).filter((name) => readFileSync(`${sites}/${name}`, 'utf8').includes('listen'));
  }

  it('listens nowhere until its stage, so that an apply after one that failed finds port 80 free', () => {
    prepare();
    execFileSync('sh', ['-euc', installNginx], { cwd: box.root });
    assert.deepEqual(listening(), []);
    assert.ok(!prepare().some((line) => line.endsWith(' changed')));
    assert.deepEqual(listening(), []);
  });

  it('comes after what keeps it from listening', () => {
    const kinds = frontPackages(front).map(({ kind }) => kind);
    assert.ok(kinds.indexOf('file') >= 0 && kinds.indexOf('file') < kinds.indexOf('package'), kinds.join());
  });

  it('keeps the sites that it has where it is there already, but for Debian’s own, in its stage', () => {
    mkdirSync(box.path('usr/sbin'), { recursive: true });
    writeFileSync(box.path('usr/sbin/nginx'), '');
    prepare();
    assert.ok(!existsSync(box.path('etc/nginx/sites-enabled/default')));
    const recipe = frontRecipe(front).map(resourceId);
    assert.ok(recipe.includes('file[/etc/nginx/sites-enabled/default]'));
  });
});
