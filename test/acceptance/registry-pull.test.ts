import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '../../base/secret.js';
import type { Databag } from '../../cookbooks/databag.js';
import type { NodeRegistry } from '../../cookbooks/recipe.js';
import { importImage } from '../../provisioner/images/import-image.js';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { sweep } from '../support/nodes/docker-machine.js';
import { newInstance } from '../support/nodes/docker-node.js';
import { HtpasswdRegistry } from '../support/server/htpasswd-registry.js';
import { LocalRegistry } from '../support/server/local-registry.js';
import { movements, NodeUnderConverge } from '../support/nodes/node-under-converge.js';
import { sampleDatabag, sampleRelease } from '../support/nodes/sample-databag.js';
import { slugOf } from '../support/apps/slug-of-files.js';

describe('a node that pulls an image of an app from the registry', function () {
  this.timeout(180_000);
  const instance = newInstance();
  const folder = mkdtempSync(join(tmpdir(), 'deis-registry-pull-'));
  let node: NodeUnderConverge;
  let registry: LocalRegistry;
  let [id, host] = ['', ''];

  before(async function () {
    this.timeout(600_000);
    node = await NodeUnderConverge.start('runtime', instance);
    const [address] = await node.node.provider.controllerAddresses(
      new AbortController().signal,
      'peachy-waxworks',
    );
    host = address ?? assert.fail('the provider knows no address of the controller');
    registry = await LocalRegistry.start({ instance, folder, addresses: [host] });
    const tar = gunzipSync(slugOf({ hello: instance }).body);
    id = await importImage(registry.docker, Readable.from([tar]), ['LABEL deis.test=registry']);
    await push();
  });

  after(async () => {
    await registry.docker.getImage(id).remove({ force: true });
    await node.close();
    await registry.container.stop();
    await sweep(instance);
    rmSync(folder, { recursive: true, force: true });
  });

  async function push(
    repo = `127.0.0.1:${registry.address.port}/peachy-waxworks`,
    authconfig: object = { registrytoken: registry.token('peachy-waxworks', ['pull', 'push']).reveal() },
  ): Promise<void> {
    const tag = id.replace('sha256:', '');
    await registry.docker.getImage(id).tag({ repo, tag });
    const image = registry.docker.getImage(`${repo}:${tag}`);
    const answer = await image.push({ authconfig });
    await new Promise<void>((resolve, reject) =>
      registry.docker.modem.followProgress(answer, (error) => (error === null ? resolve() : reject(error))),
    );
  }

  const asSeenByNode = (formation = 'peachy-waxworks'): NodeRegistry & { readonly token: Secret } => ({
    address: `${host}:${registry.address.port}`,
    authority: registry.address.authority,
    token: registry.token(formation, ['pull']),
  });
  const databag = (): Databag =>
    sampleDatabag({
      placements: [],
      release: sampleRelease(7, {
        image: `deis-apps/peachy-waxworks:7@${id}`,
        build: { kind: 'image', procfile: { web: 'serve' } },
      }),
    });
  it('is refused with a token of another formation, and no report tells the token', async () => {
    const strange = asSeenByNode('another');
    const report = await node.converge(databag(), { registry: strange });
    assert.equal(report.outcome, 'failed');
    assert.match(report.error ?? '', /docker_image\[deis-apps\/peachy-waxworks:7\]/);
    assert.ok(!JSON.stringify(report).includes(strange.token.reveal().slice(0, 40)));
  });

  it('trusts its authority, checks the id, gives it our name, and keeps neither token nor its name', async () => {
    const good = asSeenByNode();
    const report = await node.converge(databag(), { registry: good });
    assert.equal(report.outcome, 'ok', report.error);
    assert.equal(
      await node.node.sh("docker image inspect -f '{{.Id}} {{.RepoTags}}' deis-apps/peachy-waxworks:7"),
      `${id} [deis-apps/peachy-waxworks:7]\n`,
    );
    const places = '/etc /opt /root /home /run /tmp /var/lib/deis';
    const ending = good.token.reveal().slice(-40);
    assert.equal(await node.node.sh(`grep -rlsF -e '${ending}' ${places} || true`), '');
    const again = await node.converge(databag(), { registry: asSeenByNode() });
    assert.deepEqual(movements(again), []);
  });

  it('pulls from a registry of the operator with its login, which is in no report and stays in no file', async () => {
    const password = `s:e "n" $t ${instance}`;
    const operators = await HtpasswdRegistry.start({
      instance,
      users: { node: password },
      addresses: [host],
    });
    try {
      const { port, authority } = operators.address;
      const repository = `team/${instance}-peachy-waxworks`;
      await push(`127.0.0.1:${port}/${repository}`, { username: 'node', password });
      await node.node.sh(`docker image rm -f ${id}`);
      const login = new Secret(`node:${password}`);
      const place = { address: `${host}:${port}`, repository, authority };
      const refused = await node.converge(databag(), { registry: { ...place, login: new Secret('node:x') } });
      assert.equal(refused.outcome, 'failed');
      const report = await node.converge(databag(), { registry: { ...place, login } });
      assert.equal(report.outcome, 'ok', report.error);
      assert.equal(
        await node.node.sh(`docker image inspect -f '{{.RepoTags}}' ${id}`),
        '[deis-apps/peachy-waxworks:7]\n',
      );
      const sent = Buffer.from(login.reveal()).toString('base64');
      assert.ok(
        !JSON.stringify([refused, report]).includes(sent) && !JSON.stringify(report).includes(password),
      );
      const places = '/etc /opt /root /home /run /tmp /var/lib/deis /var/log';
      assert.equal(await node.node.sh(`grep -rlsF -e '${sent}' ${places} || true`), '');
    } finally {
      await operators.stop();
    }
  });
});
