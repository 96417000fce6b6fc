import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { containerFirewall } from '../../cookbooks/deis/definitions/container-firewall.js';
import { proxyRecipe } from '../../cookbooks/deis/recipes/proxy.js';
import type { Resource, ResourceKind } from '../../cookbooks/resource.js';
import { resourceId } from '../../cookbooks/resource.js';
import { Secret } from '../../base/secret.js';
import type { NodeReport, ResourceReport } from '../../provisioner/engine.js';
import { resourceKinds } from '../../provisioner/converge/resource-compilers.js';
import { startCuttingProxy } from '../support/nodes/cutting-proxy.js';
import { prepareMachine, sweep } from '../support/nodes/docker-machine.js';
import { newInstance } from '../support/nodes/docker-node.js';
import { NodeUnderConverge } from '../support/nodes/node-under-converge.js';
import { sampleDatabag, sampleNode } from '../support/nodes/sample-databag.js';
import { BodyServer, slugOf } from '../support/apps/slug-of-files.js';

interface Row {
  readonly resource: Resource;
  /** Undoes by hand what the converge did. */
  readonly drift: string;
  /** Fails unless the node is as the resource says. */
  readonly check: string;
  /** What is done by hand before the first converge. */
  readonly before?: string;
}

const formation = 'peachy-waxworks';
const stranger =
  `docker run -d --init --label deis.formation=${formation} --name stranger ` +
  'deis/stack:bookworm sleep 1000';
const templates = fileURLToPath(new URL('../fixtures/cookbook/templates', import.meta.url));

const sha256 = (body: Buffer): string => createHash('sha256').update(body).digest('hex');

interface TinyImage {
  readonly id: string;
  readonly tarball: Buffer;
}

/** An image of one file; made on this machine's engine, and removed again. */
function tinyImage(): TinyImage {
  const tag = `deis-test/tiny-${process.pid}:1`;
  const { body } = slugOf({ hello: 'there' });
  const id = execFileSync('docker', ['import', '-', tag], { input: body, encoding: 'utf8' }).trim();
  try {
    return { id, tarball: execFileSync('docker', ['save', tag], { maxBuffer: 1 << 24 }) };
  } finally {
    execFileSync('docker', ['image', 'rm', tag], { stdio: 'ignore' });
  }
}

describe('every resource on a real node: changed, then not, repaired after drift, foreseen by a why-run', function () {
  this.timeout(180_000);
  const instance = newInstance();
  const server = new BodyServer();
  const slug = slugOf({ 'inner.txt': 'inner' });
  const remote = Buffer.from('fetched\n');
  let node: NodeUnderConverge;
  let rows: Row[];
  let resources: Resource[];
  const runs: Record<
    'foreseen' | 'first' | 'second' | 'drifted' | 'repaired' | 'last',
    Map<string, ResourceReport>
  > = {
    foreseen: new Map(),
    first: new Map(),
    second: new Map(),
    drifted: new Map(),
    repaired: new Map(),
    last: new Map(),
  };
  const untouched: Record<'before' | 'after', string> = { before: '', after: '' };
  const databag = sampleDatabag({ generation: 1, placements: [], proxies: [], controllers: ['10.0.0.1'] });

  const sh = (script: string): Promise<string> => node.node.sh(script);
  const everything = (): Promise<string> =>
    sh(
      'find /etc /srv /opt /usr/local /home -xdev -printf "%p %y %m %u %g %s %T@\\n" | sort; docker ps ' +
        '-a --format "{{.ID}} {{.State}}"; iptables -S; cat /proc/self/mounts; sysctl -n ' +
        'net.ipv4.tcp_keepalive_time; dpkg-query -W; systemctl is-active rsyslog || :',
    );
  const apply = async (whyRun: boolean): Promise<Map<string, ResourceReport>> => {
    const report: NodeReport = await node.apply(resources, databag, whyRun);
    assert.equal(report.outcome, 'ok', report.error);
    return new Map(report.resources.map((resource) => [resource.resource, resource]));
  };

  before(async function () {
    this.timeout(300_000);
    const { stack } = await prepareMachine();
    node = await NodeUnderConverge.start('runtime', instance);
    const [address] = await node.node.provider.controllerAddresses(
      new AbortController().signal,
      'peachy-waxworks',
    );
    await server.listen(address ?? assert.fail('the provider knows no address of the controller'));
    const mirror = (
      await sh(
        'cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | grep -o "https\\?://[^ ]*" ' +
          '| grep -v security | head -n 1',
      )
    ).trim();
    rows = rowsOf(stack.id, tinyImage(), mirror);
    // Each is judged by itself: a failure must not hide the others.
    resources = [...prerequisites(), ...rows.map(({ resource }) => resource)].map((resource) => ({
      ...resource,
      ignoreFailure: true,
    }));
    for (const { before } of rows) if (before !== undefined) await sh(before);
    untouched.before = await everything();
    runs.foreseen = await apply(true);
    untouched.after = await everything();
    runs.first = await apply(false);
    runs.second = await apply(false);
    for (const { drift } of rows) await sh(`{ ${drift}\n} >/dev/null 2>&1`);
    runs.drifted = await apply(true);
    runs.repaired = await apply(false);
    runs.last = await apply(false);
  });

  /** Changed, then not; the check passes in between. */
  const turns = async (others: readonly Resource[], check: string): Promise<NodeReport> => {
    const first = await node.apply(others, databag);
    assert.deepEqual(
      [first.outcome, first.resources.map(({ result }) => result)],
      ['ok', others.map(() => 'changed')],
      first.error,
    );
    await sh(check);
    assert.deepEqual(
      (await node.apply(others, databag)).resources.map(({ result }) => result),
      others.map(() => 'up-to-date'),
    );
    return first;
  };
  const errorOf = async (resource: Resource): Promise<string> => {
    const report = await node.apply([resource], databag);
    assert.equal(report.outcome, 'failed');
    return report.resources[0]?.error ?? '';
  };

  after(async () => {
    await node?.close();
    await sweep(instance);
    await server.close();
  });

  const proxy = (): Resource[] =>
    proxyRecipe(sampleNode('proxy'), {
      ...databag,
      proxy: { ...databag.proxy, backends: ['10.0.0.4:5001'] },
    });
  const siteRow = (kind: ResourceKind): Resource =>
    proxy().find((resource) => resource.kind === kind) ?? assert.fail(`the proxy has no ${kind}`);
  const firewall = (kind: ResourceKind): Resource =>
    containerFirewall(databag).find((resource) => resource.kind === kind) ?? assert.fail(`no ${kind}`);

  /** What some rows stand on. */
  const prerequisites = (): Resource[] => [
    ...containerFirewall(databag).filter(({ kind }) => kind === 'file'),
    ...proxy().filter(
      ({ kind, name }) =>
        kind === 'package' || kind === 'file' || (kind === 'directory' && name === '/etc/nginx/deis'),
    ),
  ];

  function rowsOf(stackId: string, image: TinyImage, mirror: string): Row[] {
    return [
      { resource: { kind: 'package', name: 'cron' }, drift: 'dpkg --purge cron', check: 'dpkg -s cron' },
      {
        resource: {
          kind: 'apt_repository',
          name: 'contrib',
          uri: mirror,
          suites: ['bookworm'],
          components: ['contrib'],
          signedBy: '/usr/share/keyrings/debian-archive-keyring.gpg',
        },
        drift: 'echo "# edited" >>/etc/apt/sources.list.d/contrib.sources',
        check: 'ls /var/lib/apt/lists/*contrib* && ! grep edited /etc/apt/sources.list.d/contrib.sources',
      },
      {
        resource: { kind: 'directory', name: '/srv/here/below', mode: '0750', group: 'adm' },
        drift: 'chmod 777 /srv/here/below',
        check: '[ "$(stat -c "%a %G" /srv/here/below)" = "750 adm" ]',
      },
      {
        resource: { kind: 'file', name: '/srv/motd', content: 'hello\n', mode: '0640' },
        drift: 'echo more >>/srv/motd',
        check: '[ "$(cat /srv/motd)" = hello ]',
      },
      {
        resource: {
          kind: 'template',
          name: '/srv/greeting',
          source: 'greeting.njk',
          folder: templates,
          variables: { name: `O'Brien & <co>`, items: ['a', 'b'] },
        },
        drift: 'rm /srv/greeting',
        check: `[ "$(cat /srv/greeting)" = "$(printf "Hello O'Brien & <co>,\\n- a\\n- b")" ]`,
      },
      {
        resource: { kind: 'link', name: '/srv/link', to: 'motd' },
        drift: 'ln -sfn greeting /srv/link',
        check: '[ "$(readlink /srv/link)" = motd ]',
      },
      {
        resource: {
          kind: 'remote_file',
          name: '/srv/fetched',
          source: new Secret(server.serve('/remote?signature', remote)),
          sha256: sha256(remote),
          mode: '0755',
        },
        drift: 'echo x >/srv/fetched',
        check: '[ "$(cat /srv/fetched)" = fetched ] && [ -x /srv/fetched ]',
      },
      {
        resource: {
          kind: 'archive',
          name: '/srv/unpacked',
          url: new Secret(server.serve('/archive', slug.body)),
          sha256: slug.sha256,
        },
        drift: 'rm -rf /srv/unpacked',
        check: '[ "$(cat /srv/unpacked/inner.txt)" = inner ]',
      },
      {
        resource: { kind: 'group', name: 'operators', gid: 4321, members: ['deis', 'daemon'] },
        drift: 'groupmod -g 4444 operators; gpasswd -d deis operators',
        check: '[ "$(getent group operators)" = operators:x:4321:deis,daemon ]',
      },
      {
        resource: {
          kind: 'user',
          name: 'operator',
          uid: 4321,
          group: 'operators',
          groups: ['adm'],
          comment: 'An Operator',
          home: '/srv/operator',
          manageHome: true,
          shell: '/bin/sh',
        },
        drift: 'usermod -s /bin/bash -c Nobody operator; gpasswd -d operator adm; rm -r /srv/operator',
        check:
          '[ "$(getent passwd operator)" = "operator:x:4321:4321:An Operator:/srv/operator:/bin/sh" ] ' +
          '&& id -nG operator | grep -w adm && [ -d /srv/operator ]',
      },
      {
        resource: {
          kind: 'cron',
          name: 'nightly',
          minute: '5',
          hour: '3',
          command: 'date +%s >/dev/null',
          user: 'operator',
          environment: { MAILTO: '' },
        },
        drift: 'sed -i s/operator/root/ /etc/cron.d/nightly',
        check: `[ "$(tail -n 1 /etc/cron.d/nightly)" = '5 3 * * * operator date +\\%s >/dev/null' ]`,
      },
      {
        resource: {
          kind: 'mount',
          name: '/srv/scratch',
          device: 'tmpfs',
          fstype: 'tmpfs',
          options: ['size=1m', 'mode=0755'],
        },
        drift: 'umount /srv/scratch',
        check: 'findmnt -t tmpfs /srv/scratch && [ "$(grep -c /srv/scratch /etc/fstab)" = 1 ]',
      },
      {
        resource: { kind: 'sysctl', name: 'net.ipv4.tcp_keepalive_time', value: 1234 },
        drift: 'sysctl -w net.ipv4.tcp_keepalive_time=7200',
        check: '[ "$(sysctl -n net.ipv4.tcp_keepalive_time)" = 1234 ]',
      },
      {
        resource: { kind: 'service', name: 'rsyslog', enabled: false, running: false },
        drift: 'systemctl enable --now rsyslog',
        check: '! systemctl is-active rsyslog && ! systemctl is-enabled rsyslog',
      },
      {
        resource: {
          kind: 'execute',
          name: 'make a mark',
          command: ['sh', '-c', 'id -un >/tmp/mark; env | grep ^WORD= >>/tmp/mark'],
          creates: '/tmp/mark',
          user: 'daemon',
          environment: { WORD: 'one two' },
        },
        drift: 'rm /tmp/mark',
        check: '[ "$(cat /tmp/mark)" = "$(printf "daemon\\nWORD=one two")" ]',
      },
      {
        resource: {
          kind: 'docker_image',
          name: 'deis-test/tiny:1',
          id: image.id,
          url: new Secret(server.serve('/image', image.tarball)),
        },
        drift: `docker image rm -f ${image.id}`,
        check: 'docker image inspect deis-test/tiny:1',
      },
      {
        resource: { kind: 'containers_absent', name: formation, except: ['kept'], graceSeconds: 1 },
        before: stranger,
        drift: stranger,
        check: '! docker ps -a --format "{{.Names}}" | grep -x stranger',
      },
      {
        resource: { kind: 'children_absent', name: '/srv/releases', except: ['v7'] },
        before: 'mkdir -p /srv/releases/v6 /srv/releases/v7 && touch /srv/releases/.v5',
        drift: 'mkdir /srv/releases/v6',
        check: '[ "$(ls -A /srv/releases)" = v7 ]',
      },
      {
        resource: { kind: 'images_absent', name: 'deis-test/old', except: [] },
        before:
          `docker tag ${image.id} deis-test/old:1 2>/dev/null || ` +
          'docker import - deis-test/old:1 </dev/null',
        drift: 'printf x >/tmp/x; tar -C /tmp -c x | docker import - deis-test/old:2',
        check: '[ -z "$(docker images -q deis-test/old)" ]',
      },
      {
        resource: {
          kind: 'docker_container',
          name: 'kept',
          formation,
          image: stackId,
          command: ['sleep', '1000'],
          environment: { A: new Secret('b') },
          mounts: {},
          user: 'app',
          workingDirectory: '/',
          restart: 'no',
        },
        drift: 'docker kill kept',
        check: '[ "$(docker inspect -f "{{.State.Running}}" kept)" = true ]',
      },
      {
        resource: {
          kind: 'container_health',
          name: 'kept',
          port: 5000,
          check: { kind: 'none', deadlineSeconds: 5, settleSeconds: 0 },
        },
        drift: ':',
        check: '[ "$(docker inspect -f "{{.HostConfig.RestartPolicy.Name}}" kept)" = unless-stopped ]',
      },
      {
        resource: firewall('firewall'),
        drift: 'iptables -F DEIS-CONTAINERS',
        check: 'iptables -S DEIS-CONTAINERS | grep -e "-j DROP"',
      },
      {
        resource: siteRow('nginx_site'),
        drift: `echo "# edited" >>/etc/nginx/sites-enabled/${formation}`,
        check: `! grep edited /etc/nginx/sites-enabled/${formation} && curl -sf http://127.0.0.1:9091/`,
      },
      {
        resource: siteRow('nginx_backends'),
        drift:
          "printf 'generation 9\\nalgorithm round_robin\\nbackend 10.9.9.9:1\\nend\\n' | curl -sf -X " +
          'PUT --data-binary @- http://127.0.0.1:9091/',
        check: 'curl -sf http://127.0.0.1:9091/ | grep -x "backend 10.0.0.4:5001"',
      },
    ];
  }

  it('has a row for each kind there is', () => {
    assert.deepEqual(rows.map(({ resource }) => resource.kind).sort(), [...resourceKinds].sort());
  });

  it('touches nothing in a why-run', () => {
    const [before, after] = [untouched.before.split('\n'), untouched.after.split('\n')];
    assert.deepEqual(
      [before.filter((line) => !after.includes(line)), after.filter((line) => !before.includes(line))],
      [[], []],
    );
    assert.ok(before.length > 500, untouched.before);
  });

  for (const kind of resourceKinds.filter((each) => each !== 'container_health')) {
    it(kind, async () => {
      const row = rows.find(({ resource }) => resource.kind === kind) ?? assert.fail('no row');
      const seen = Object.fromEntries(
        Object.entries(runs).map(([run, reports]) => [run, reports.get(resourceId(row.resource))]),
      );
      const said = JSON.stringify(seen, null, 1);
      assert.deepEqual(
        Object.values(seen).map((report) => report?.result),
        ['would-change', 'changed', 'up-to-date', 'would-change', 'changed', 'up-to-date'],
        said,
      );
      assert.ok(
        Object.values(seen).every((report) => report?.result === 'up-to-date' || (report?.diff ?? '') !== ''),
        `no diff: ${said}`,
      );
      await sh(row.check);
    });
  }

  it('takes away what a resource made, when it is told to', async () => {
    const others: Resource[] = [
      { kind: 'cron', name: 'nightly', command: 'true', action: 'delete' },
      { kind: 'mount', name: '/srv/scratch', device: 'tmpfs', fstype: 'tmpfs', action: 'umount' },
      { kind: 'sysctl', name: 'net.ipv4.tcp_keepalive_time', value: 0, action: 'delete' },
      {
        kind: 'apt_repository',
        name: 'contrib',
        uri: 'https://deb.debian.org/debian',
        suites: ['x'],
        signedBy: '/x',
        action: 'delete',
      },
      { kind: 'directory', name: '/srv/here', action: 'delete' },
      { kind: 'link', name: '/srv/link', to: '', action: 'delete' },
      {
        kind: 'remote_file',
        name: '/srv/fetched',
        source: 'https://example.com/x',
        sha256: sha256(remote),
        action: 'delete',
      },
      { kind: 'user', name: 'operator', manageHome: true, action: 'remove' },
      { kind: 'group', name: 'operators', action: 'remove' },
      { kind: 'package', name: 'cron', action: 'remove' },
    ];
    const gone = [
      '/etc/cron.d/nightly',
      '/etc/sysctl.d/90-deis-net.ipv4.tcp_keepalive_time.conf',
      '/etc/apt/sources.list.d/contrib.sources',
      '/srv/here',
      '/srv/link',
      '/srv/fetched',
      '/srv/operator',
      '/usr/sbin/cron',
    ];
    await turns(
      others,
      `for path in ${gone.join(' ')}; do [ ! -e "$path" ] || exit 1; done; ! findmnt /srv/scratch && ! ` +
        'grep scratch /etc/fstab && ! getent passwd operator && ! getent group operators',
    );
    assert.match(
      await errorOf({ kind: 'cron', name: 'nightly', command: 'true' }),
      /no cron daemon is installed/,
    );
    await turns(
      [{ kind: 'package', name: 'cron', action: 'purge' }],
      '! dpkg-query -W -f "${db:Status-Status}" cron 2>/dev/null | grep -v not-installed',
    );
  });

  it('installs a version, and the newest', async () => {
    const newest = (await sh("apt-cache policy tree | sed -n 's/^  Candidate: //p'")).trim();
    await turns(
      [{ kind: 'package', name: 'tree', version: newest }],
      `[ "$(dpkg-query -W -f '\${Version}' tree)" = ${newest} ]`,
    );
    await sh("sed -i '/^Package: tree$/,/^$/s/^Version: .*/Version: 0.1/' /var/lib/dpkg/status");
    assert.match(
      (
        await turns(
          [{ kind: 'package', name: 'tree', action: 'upgrade' }],
          `[ "$(dpkg-query -W -f '\${Version}' tree)" = ${newest} ]`,
        )
      ).resources[0]?.diff ?? '',
      /^-tree 0\.1$/m,
    );
    assert.match(
      await errorOf({ kind: 'package', name: 'no-such-package-here' }),
      /Unable to locate package/,
    );
    assert.match(
      await errorOf({ kind: 'package', name: 'tree', version: '99.0' }),
      /Version '99\.0' for 'tree' was not found/,
    );
  });

  it('masks and unmasks a unit', async () => {
    await turns(
      [{ kind: 'service', name: 'rsyslog', masked: true, running: false }],
      '[ "$(systemctl is-enabled rsyslog)" = masked ]',
    );
    await turns(
      [{ kind: 'service', name: 'rsyslog', masked: false, enabled: true, running: true }],
      'systemctl is-active rsyslog && systemctl is-enabled rsyslog',
    );
  });

  it('mounts with other options what is mounted, without taking it away', async () => {
    const scratch = (size: string): Resource => ({
      kind: 'mount',
      name: '/srv/other',
      device: 'tmpfs',
      fstype: 'tmpfs',
      options: [`size=${size}`],
    });
    await turns([scratch('1m')], 'touch /srv/other/kept');
    await turns(
      [scratch('2m')],
      '[ -e /srv/other/kept ] && findmnt -n -o OPTIONS /srv/other | grep size=2048k && [ "$(grep -c ' +
        '/srv/other /etc/fstab)" = 1 ]',
    );
    const bound: Resource = {
      kind: 'mount',
      name: '/srv/bound',
      device: '/srv/other',
      fstype: 'none',
      options: ['bind'],
    };
    await turns([bound], '[ -e /srv/bound/kept ]');
  });

  it('sets members and groups exactly, or in addition', async () => {
    await turns(
      [{ kind: 'group', name: 'crew', system: true, members: ['deis'], append: true }],
      'gpasswd -a daemon crew',
    );
    await turns(
      [{ kind: 'group', name: 'crew', members: ['deis'] }],
      '[ "$(getent group crew | cut -d : -f 4)" = deis ]',
    );
    await turns(
      [{ kind: 'group', name: 'crew', members: [] }],
      '[ -z "$(getent group crew | cut -d : -f 4)" ]',
    );
  });

  it('unpacks an archive without its first folder, for a user of the node', async () => {
    await turns(
      [
        {
          kind: 'archive',
          name: '/srv/stripped',
          url: new Secret(server.serve('/archive', slug.body)),
          sha256: slug.sha256,
          strip: 1,
          owner: 'daemon',
        },
      ],
      '[ "$(stat -c %U /srv/stripped/inner.txt)" = daemon ]',
    );
    assert.match(
      await errorOf({
        kind: 'archive',
        name: '/srv/refused',
        url: new Secret(server.url('/archive')),
        sha256: slug.sha256,
        owner: 'stranger',
      }),
      /stranger is no unprivileged user here/,
    );
  });

  it('keeps no repository that apt cannot read, and gives the old one back', async () => {
    const repository = (uri: string): Resource => ({
      kind: 'apt_repository',
      name: 'vendor',
      uri,
      suites: ['./'],
      signedBy: '/usr/share/keyrings/debian-archive-keyring.gpg',
    });
    assert.match(await errorOf(repository(server.url('/none'))), /apt does not take this repository/);
    await sh(
      '[ ! -e /etc/apt/sources.list.d/vendor.sources ] && apt-get update -q && echo "# old" ' +
        '>/etc/apt/sources.list.d/vendor.sources',
    );
    await errorOf(repository(server.url('/none')));
    assert.equal(await sh('cat /etc/apt/sources.list.d/vendor.sources'), '# old\n');
  });

  it('leaves no setting that the kernel refuses', async () => {
    assert.match(
      await errorOf({ kind: 'sysctl', name: 'net.ipv4.tcp_keepalive_time', value: 'nonsense' }),
      /the kernel refuses|and reads/,
    );
    assert.match(
      await errorOf({ kind: 'sysctl', name: 'net.ipv4.no_such_setting', value: 1 }),
      /has no setting/,
    );
    await sh('! ls /etc/sysctl.d | grep deis');
  });

  it('goes on with an image load whose SSH connection is cut: fetched once, loaded, reported', async () => {
    const { id, tarball } = tinyImage();
    const held = server.serveHeld('/held', tarball);
    const proxy = await startCuttingProxy(22, node.node.address);
    const behind = new NodeUnderConverge(
      { ...node.node, ssh: { ...node.node.ssh, address: '127.0.0.1', port: proxy.port } },
      'runtime',
    );
    try {
      const loading = behind.apply(
        [{ kind: 'docker_image', name: 'deis-test/held:1', id, url: new Secret(held.url) }],
        databag,
      );
      await held.reached;
      assert.equal(proxy.cut(), 1, 'the load was not reached');
      held.release();
      const report = await loading;
      assert.deepEqual(
        [report.outcome, report.resources.map(({ result }) => result)],
        ['ok', ['changed']],
        report.error,
      );
      assert.equal(await sh("docker image inspect --format '{{.Id}}' deis-test/held:1"), `${id}\n`);
      assert.deepEqual([server.requests.filter((path) => path === '/held').length, proxy.accepted], [1, 2]);
    } finally {
      await behind.close();
      await proxy.close();
    }
  });

  it('container_health, which waits and changes nothing that a diff could show', async () => {
    const row = rows.find(({ resource }) => resource.kind === 'container_health') ?? assert.fail('no row');
    assert.deepEqual(
      Object.values(runs).map((reports) => reports.get(resourceId(row.resource))?.result),
      ['skipped', 'up-to-date', 'up-to-date', 'skipped', 'up-to-date', 'up-to-date'],
    );
    await sh(row.check);
  });
});
