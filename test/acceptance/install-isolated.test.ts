import assert from 'node:assert/strict';
import { waitUntil } from '../../base/wait-until.js';
import type { StartedNode } from '../support/nodes/docker-node.js';
import { MotoStore } from '../support/moto/moto-store.js';
import { PlaneBench } from '../support/server/plane-bench.js';

/**
 * docs/install.md with planes apart from each other: the example as it is, but for its hosts and its store (moto).
 * Where PyPI does not give moto, `npm test` leaves this file out and says why.
 */
describe('deis-controller install with planes apart', function () {
  // Five first hosts: three minutes on an idle machine.
  this.timeout(1_200_000);
  const bench = new PlaneBench();
  const names = ['database', 'api-1', 'api-2', 'builder', 'front'] as const;
  type Name = (typeof names)[number];
  const hosts = {} as Record<Name, StartedNode>;
  let store: MotoStore;

  before(async () => {
    await bench.prepare();
    for (const [index, name] of names.entries()) hosts[name] = await bench.startHost(index + 1);
    await bench.letIn(Object.values(hosts));
    const gateway = (await hosts.front.sh("ip route show default | cut -d ' ' -f 3")).trim();
    store = await MotoStore.start({ host: gateway });
    const { bucket, prefix, endpoint = '', region = '', keys } = store.place;
    const settings = {
      DEIS_STORE: `s3://${bucket}/${prefix}`,
      DEIS_STORE_ENDPOINT: endpoint,
      DEIS_STORE_REGION: region,
      DEIS_STORE_PATH_STYLE: 'yes',
      DEIS_STORE_KEY_ID: keys!.id,
      DEIS_STORE_SECRET_KEY: keys!.secret.reveal(),
    };
    await bench.writePlanes('isolated', hosts, { settings, backupTo: `s3://${bucket}/backups` });
  });

  after(async () => {
    await bench.remove();
    await store?.stop();
  });

  const pids = (): Promise<string[]> =>
    Promise.all(
      (['api-1', 'api-2', 'builder'] as const).map((name) =>
        hosts[name].sh('systemctl show --property=MainPID --value deis-controller'),
      ),
    );

  const isServing = async (host: StartedNode): Promise<true | undefined> =>
    (await host.sh(`curl -s -o /dev/null -w '%{http_code}' http://${host.address}:8000/health || true`)) ===
      '200' || undefined;

  it('makes each host what it is for, and people reach API and git at the front', async () => {
    assert.match(await bench.apply(), /applied: \d+ changes on 5 hosts/);
    assert.equal(await bench.ask(hosts.front, '/health'), 200);
    await bench.registerAndLogin(hosts.front, [hosts['api-1'], hosts['api-2']]);
    assert.match(await bench.gitBanner(hosts.front), /ssh-ed25519/);
  });

  it('has the controllers run as a user without rights, and one of them make the backups', async () => {
    const { builder, 'api-1': api } = hosts;
    for (const host of [builder, api]) {
      const pid = 'systemctl show --property=MainPID --value deis-controller';
      assert.equal((await host.sh(`ps -o user:32= -p "$(${pid})"`)).trim(), 'deis-controller');
    }
    assert.match(await builder.sh('deis-controller schedule'), /^backup: every 86400 s$/m);
    assert.equal(
      await api.sh("grep -c '^DEIS_BACKUP_HOURS=' /etc/deis-controller/controller.env || true"),
      '0\n',
    );
  });

  it('changes nothing the second time', async () => {
    const before = await pids();
    assert.match(await bench.apply(), /nothing to change: \d+ resources on 5 hosts are as they should be/);
    assert.deepEqual(await pids(), before);
  });

  for (const name of ['api-1', 'api-2'] as const)
    it(`answers at the front while the controller of ${name} is stopped`, async () => {
      await hosts[name].sh('systemctl stop deis-controller');
      for (let asked = 0; asked < 4; asked += 1) assert.equal(await bench.ask(hosts.front, '/health'), 200);
      assert.match(await bench.deis(hosts.front, 'users'), /ada/);
      await hosts[name].sh('systemctl start deis-controller');
      await waitUntil(() => isServing(hosts[name]), {
        deadlineMs: 120_000,
        intervalMs: 500,
        what: `the API of ${name}`,
      });
    });

  it('answers at the front when the host of one API is lost', async () => {
    await hosts['api-2'].container.kill();
    for (let asked = 0; asked < 4; asked += 1) assert.equal(await bench.ask(hosts.front, '/health'), 200);
    assert.match(await bench.deis(hosts.front, 'users'), /ada/);
    assert.match(await bench.gitBanner(hosts.front), /ssh-ed25519/);
  });
});
