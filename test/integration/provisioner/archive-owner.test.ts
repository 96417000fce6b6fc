import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { execa } from 'execa';
import { Secret } from '../../../base/secret.js';
import type { Resource } from '../../../cookbooks/resource.js';
import { compileProgram } from '../../../provisioner/converge/compile-program.js';
import { ShellSandbox } from '../../support/nodes/shell-program.js';

const image = (digit: string): string => `sha256:${digit.repeat(64)}`;
/** An engine that has an image of now (5), and one of before (6): it fills in the template. */
const engine = `docker() {
  for last; do :; done
  case "$* $last" in
    *'index . "deis.app-uid") "1000"'*'${image('5')}') echo 32767 ;;
    *'index . "deis.app-uid") "1000"'*'${image('6')}') echo 1000 ;;
    *) echo "No such image: $last" >&2; return 1 ;;
  esac
}
`;

/** Nodes run these programs as root. */
describe('who unpacks an archive', function () {
  this.timeout(30_000);
  let box: ShellSandbox;
  let server: Server;
  let slug: Buffer;

  before(async () => {
    box = new ShellSandbox();
    // Whoever unpacks must get there.
    chmodSync(box.root, 0o755);
    mkdirSync(box.path('app'));
    writeFileSync(box.path('app', 'secret'), 'x', { mode: 0o600 });
    await execa('tar', ['-czf', box.path('app.tgz'), '-C', box.path('app'), '.']);
    slug = readFileSync(box.path('app.tgz'));
    server = createServer((_request, response) => void response.end(slug)).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => {
    server.close();
    box.dispose();
  });

  async function unpack(
    name: string,
    more: Partial<Extract<Resource, { kind: 'archive' }>>,
  ): Promise<string> {
    const url = new Secret(`http://127.0.0.1:${(server.address() as AddressInfo).port}/slug`);
    const sha256 = createHash('sha256').update(slug).digest('hex');
    const resource: Resource = { kind: 'archive', name: box.path(name), url, sha256, ...more };
    const program = compileProgram([resource], { generation: 1, whyRun: false }).reveal();
    writeFileSync(box.path('run'), engine + program);
    const ran = promisify(execFile)('sh', [box.path('run')], { env: box.environment(), timeout: 20_000 });
    return (await ran.catch((error: { stdout: string }) => error)).stdout;
  }
  const owners = (name: string): number[] =>
    ['.', 'secret'].map((file) => statSync(box.path(name, file)).uid);

  for (const [what, more, uid] of [
    ['the user of its image', { userOf: image('5') }, 32_767],
    ['the user of an image of before', { userOf: image('6') }, 1000],
    ['nobody that a node has, where nothing is said', {}, 32_767],
    ['the uid that is said', { uid: 4711 }, 4711],
  ] as const)
    it(`is ${what}`, async () => {
      const name = `by-${uid}-${what.length}`;
      const output = await unpack(name, more);
      assert.match(output, /"result":"changed"/);
      assert.deepEqual(owners(name), [uid, uid]);
    });

  it('is nobody while the image is not there', async () => {
    const output = await unpack('without', { userOf: image('8') });
    assert.match(output, /"result":"failed"/);
    assert.ok(!existsSync(box.path('without')));
  });

  it('is refused by another name than the id of an image', () => {
    const resource = { kind: 'archive', name: '/a', sha256: 'a'.repeat(64), userOf: 'deis/stack' } as const;
    assert.throws(
      () => compileProgram([resource], { generation: 1, whyRun: false }),
      /userOf must be the id of an image/,
    );
  });
});
