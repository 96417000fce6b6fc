import assert from 'node:assert/strict';
import { cliCommands } from '../../../../dashboard/api/cli-commands.js';
import { resolveWord } from '../../../../cli/registry.js';

describe('the commands that the dashboard shows', () => {
  const edits = new Map([
    ['COLOUR', 'secret-value'],
    ['SIZE', null],
  ]);
  const shown = [
    cliCommands.scale('shop', { web: 3, worker: 0 }),
    cliCommands.scaleLayers('shop', { runtime: 2 }),
    cliCommands.rollBack('shop', 7),
    cliCommands.restart('shop'),
    cliCommands.converge('shop'),
    cliCommands.destroy('shop'),
    cliCommands.create('blog', { on: 'shop' }),
    cliCommands.cancel('2f1c0f5e-0000-4000-8000-000000000000'),
    cliCommands.logs('shop', { ps: 'web.1' }, true),
    cliCommands.setConfig('shop', edits),
    cliCommands.config('shop'),
    cliCommands.metrics('shop', '1h'),
    cliCommands.run('shop', 'sh'),
    cliCommands.runDetached('shop', 'sleep 60'),
    cliCommands.stopRun('shop', 'run.3'),
    cliCommands.replaceNode('shop', 'shop-runtime-1'),
    cliCommands.upgradeNode('shop', 'shop-runtime-1'),
    cliCommands.drainNode('shop', 'shop-runtime-1'),
    cliCommands.cordonNode('shop', 'shop-runtime-1'),
    cliCommands.uncordonNode('shop', 'shop-runtime-1'),
    cliCommands.destroyNode('shop', 'shop-runtime-1'),
    cliCommands.invite(),
    cliCommands.registration('closed'),
    cliCommands.addAdmin('grace'),
    cliCommands.removeAdmin('grace'),
    cliCommands.audit(undefined),
    cliCommands.audit('shop'),
    cliCommands.createToken('ci', 'deploy', 'shop', '30'),
    cliCommands.revokeToken(7),
    cliCommands.deleteAccount('ada'),
    cliCommands.addKey('laptop'),
    cliCommands.removeKey('ada@laptop'),
    cliCommands.addDomain('shop', 'www.example.com'),
    cliCommands.removeDomain('shop', 'www.example.com'),
    cliCommands.autoCerts('shop', 'enable'),
    cliCommands.addCert('shop'),
    cliCommands.addCert('shop', 'main'),
    cliCommands.updateCert('shop', 'main'),
    cliCommands.generateCert('shop', {}),
    cliCommands.removeCert('shop', 'main'),
    cliCommands.setLimits('shop', {
      memory: { web: '512M', worker: null },
      cpus: { web: 0.5, worker: null },
    }),
    cliCommands.setHealthCheck('shop', 'web', { kind: 'http', path: '/health', status: [200, 204] }),
    cliCommands.setHealthCheck('shop', 'web', null),
    cliCommands.setTimeouts('shop', { web: 20, worker: null }),
    cliCommands.setProxy('shop', { timeout: 60, allow: null }),
    cliCommands.maintenance('shop', true),
    cliCommands.maintenance('shop', false),
    cliCommands.givePerm('shop', 'grace', 'viewer'),
    cliCommands.takePerm('shop', 'grace'),
    cliCommands.offer('shop', 'grace'),
    cliCommands.withdrawOffer('shop'),
    cliCommands.acceptOffer('shop'),
    cliCommands.declineOffer('shop'),
    cliCommands.createFlavor('small', 'docker', { memory: '1g' }, '#cloud-config'),
    cliCommands.updateFlavor('small', {}, ''),
    cliCommands.deleteFlavor('small'),
    cliCommands.checkFlavor('small'),
    cliCommands.shareFlavor('small', 'shop'),
    cliCommands.unshareFlavor('small', 'shop'),
    cliCommands.createProvider('mine', 'ec2', true),
    cliCommands.updateProvider('mine'),
    cliCommands.deleteProvider('mine'),
    cliCommands.allowProvider('grace', 'docker'),
    cliCommands.disallowProvider('grace', 'docker'),
    cliCommands.addAlert('shop', { kind: 'crash-loop' }),
    cliCommands.removeAlert('shop', 'memory'),
    cliCommands.testAlert('shop', 'memory'),
    cliCommands.addHook('shop', '', ''),
    cliCommands.removeHook('shop', 'on-call'),
    cliCommands.resendDelivery('shop', 'on-call', '7d9f7c5e-0f7e-4a3c-9d57-0f1f7e3b2a11'),
    cliCommands.buildOutput('shop', '2f1c0f5e-0000-4000-8000-000000000000'),
    cliCommands.cancelBuild('shop', '2f1c0f5e-0000-4000-8000-000000000000'),
    cliCommands.clearBuildCache('shop'),
    cliCommands.importBuild('shop', '', ''),
    cliCommands.retryRelease('shop'),
    cliCommands.setBuildpacks('shop', ['nodejs', './mine']),
    cliCommands.setBuildpacks('shop', []),
    cliCommands.addDrain('shop', { url: '' }),
    cliCommands.removeDrain('shop', 'archive'),
    cliCommands.removeDrain(null, 'archive'),
    cliCommands.balance('shop'),
    cliCommands.createLayer('shop', 'mydb', 'custom', 'admin', { flavor: 'small', level: 30 }),
    cliCommands.updateLayer('shop', 'mydb', { attributes: { password: 'secret-value' } }),
    cliCommands.destroyLayer('shop', 'mydb'),
    cliCommands.adoptHost('shop', 'box', '203.0.113.21', '10.0.0.5'),
    cliCommands.trustNode('shop', 'shop-box-1'),
    cliCommands.runOnNode('shop', 'shop-box-1', 'uptime'),
    cliCommands.changeQuota('shop', 'blog', { memory: '2G', cpus: null }),
    cliCommands.shareHost('shop', 'grace'),
    cliCommands.unshareHost('shop', 'grace'),
    cliCommands.setDefaultHost('shop', true),
    cliCommands.move('shop', 'large'),
    cliCommands.finishMove('shop'),
    cliCommands.setTags('shop', { web: { disk: 'ssd', zone: null }, worker: null }),
    cliCommands.attachService('shop', { service: 'kv' }),
    cliCommands.detachService('shop', 'KV_URL'),
    cliCommands.plan('shop'),
    cliCommands.calculate('shop'),
    cliCommands.releaseOutput('shop', 7),
    cliCommands.keptLogs('shop'),
    cliCommands.changePassword(),
    cliCommands.collectOrphans('mine'),
  ];

  it('are commands of deis', async () => {
    for (const command of shown.flatMap((text) => text.split(' && '))) {
      const [program, word] = command.split(' ');
      assert.equal(program, 'deis');
      assert.equal((await resolveWord(word!)).kind, 'command', command);
    }
    assert.equal(shown[0], 'deis scale web=3 worker=0 -f shop');
    assert.equal(shown[8], 'deis logs --ps=web.1 --tail -f shop');
    assert.equal(cliCommands.create('', { flavor: 'mock' }), 'deis create --flavor=mock');
    assert.equal(cliCommands.create('blog', { on: null }), 'deis create blog --own-nodes');
  });

  it('have one command for each kind of change', () => {
    assert.equal(
      cliCommands.setLimits('shop', {
        memory: { web: '512M', worker: null },
        cpus: { web: 0.5, worker: null },
      }),
      'deis limits:set web=512M -f shop && deis limits:unset worker -f shop && ' +
        'deis limits:set --cpu web=0.5 -f shop && deis limits:unset --cpu worker -f shop',
    );
    assert.equal(
      cliCommands.setHealthCheck('shop', 'web', {
        kind: 'http',
        path: '/up',
        status: [200, 204],
        retries: 3,
      }),
      'deis healthchecks:set web status=200-204 path=/up retries=3 -f shop',
    );
  });

  it('sign certificates for names and days, and call them by name', () => {
    assert.equal(cliCommands.generateCert('shop', {}), 'deis certs:generate -f shop');
    assert.equal(
      cliCommands.generateCert('shop', {
        id: 'now',
        domains: ['www.example.com', '*.example.com'],
        days: 30,
      }),
      "deis certs:generate www.example.com '*.example.com' --id=now --days=30 -f shop",
    );
    assert.equal(
      cliCommands.addCert('shop', 'main'),
      'deis certs:add fullchain.pem privkey.pem --id=main -f shop',
    );
  });

  it('ask for tags by process type, and give layers theirs', () => {
    assert.equal(
      cliCommands.setTags('shop', { web: { disk: 'ssd', zone: null }, worker: null }),
      'deis tags:set web disk=ssd -f shop && deis tags:unset web zone -f shop && deis tags:unset worker -f shop',
    );
    assert.equal(
      cliCommands.updateLayer('shop', 'fast', { tags: { disk: 'ssd', zone: null }, level: 5 }),
      'deis layers:update fast --tag disk=ssd --tag zone= --level=5 -f shop',
    );
  });

  it('show no template of a service, which may hold a password', () => {
    assert.equal(
      cliCommands.attachService('shop', {
        ...{ service: 'orders-db', variable: 'DATABASE_URL' },
        template: 'postgres://shop:sentinel-secret@{host}:{port}/orders',
      }),
      'deis services:attach orders-db --as=DATABASE_URL --template=- -f shop < template.txt',
    );
    assert.equal(cliCommands.attachService('shop', { service: '' }), 'deis services:attach SERVICE -f shop');
  });

  it('say settings of proxies as deis reads them', () => {
    assert.equal(
      cliCommands.setProxy('shop', {
        ...{ enforce_https: true, allow: ['10.0.0.0/8', '::1'], rate_burst: 0, hsts: null, body_size: null },
        error_page: { '503': 'https://example.com/503.html?a=1&b=2', '504': null },
      }),
      'deis proxy:set enforce_https=on allow=10.0.0.0/8,::1 rate_burst=0 ' +
        "'error_page=503:https://example.com/503.html?a=1&b=2,504:off' -f shop && " +
        'deis proxy:unset hsts body_size -f shop',
    );
    assert.equal(
      cliCommands.setProxy('shop', { mode: 'tcp', port: 6379 }),
      'deis proxy:set mode=tcp port=6379 -f shop',
    );
    assert.equal(
      cliCommands.setTimeouts('shop', { web: 20, worker: null }),
      'deis timeouts:set web=20 -f shop && deis timeouts:unset worker -f shop',
    );
  });

  it('name layers, hosts and quotas as their commands take them', () => {
    assert.equal(
      cliCommands.createLayer('shop', 'mydb', 'custom', 'admin', {
        flavor: 'grace/small',
        run_list: ['recipe[deis::default]', 'recipe[mydb::server]'],
        attributes: { password: 'secret-value' },
      }),
      'deis layers:create mydb grace/small --kind=custom ' +
        "--run-list='recipe[deis::default],recipe[mydb::server]' --attributes=@attributes.json " +
        '--ssh-username=admin -f shop',
    );
    assert.equal(
      cliCommands.adoptHost('shop', 'box', '203.0.113.21', ''),
      'deis nodes:create 203.0.113.21 --layer=box -f shop',
    );
    assert.equal(
      cliCommands.changeQuota('shop', 'blog', { containers: 10, memory: null }),
      'deis hosts:quota blog --containers=10 --memory=none -f shop',
    );
    assert.equal(
      cliCommands.changeQuota('shop', undefined, { cpus: 2, guests: 3 }),
      'deis hosts:quota --cpu=2 --guests=3 -f shop',
    );
  });

  it('quote what a shell would take apart', () => {
    assert.equal(cliCommands.runDetached('shop', 'sleep 60'), "deis run --detach -f shop -- 'sleep 60'");
    assert.equal(
      cliCommands.runOnNode('shop', 'shop-box-1', 'docker ps | head'),
      "deis nodes:ssh -f shop shop-box-1 'docker ps | head'",
    );
    assert.equal(
      cliCommands.runDetached('shop', 'rake', ['BATCH']),
      "deis run --detach --env=BATCH=... -f shop -- 'rake'",
    );
    assert.equal(cliCommands.run('shop', "echo 'a b'"), "deis run -f shop -- 'echo '\\''a b'\\'''");
  });

  it('show params of flavors as one word, and no credential', () => {
    assert.equal(
      cliCommands.createFlavor('small', 'docker', { memory: '1g' }, ''),
      `deis flavors:create --id=small --provider=docker --params='{"memory":"1g"}'`,
    );
    assert.equal(
      cliCommands.createProvider('mine', 'ec2', true),
      'deis providers:create --type=ec2 --id=mine --creds=@creds.json',
    );
  });

  it('show patterns of alerts as one word, and no URL of a hook, which may be a secret', () => {
    assert.equal(
      cliCommands.addAlert('shop', {
        kind: 'log',
        name: 'slow',
        pattern: "timeout|can't",
        threshold: 20,
        minutes: 10,
      }),
      `deis alerts:add log --name=slow --pattern='timeout|can'\\''t' --above=20 --minutes=10 -f shop`,
    );
    assert.equal(
      cliCommands.addHook('shop', 'https://hooks.example.com/sentinel-secret', 'on-call'),
      'deis hooks:add @url.txt --name=on-call -f shop',
    );
    assert.equal(
      cliCommands.addHook('shop', 'mailto:ada@example.com', ''),
      'deis hooks:add mailto:ada@example.com -f shop',
    );
  });

  it('set buildpacks in their order, or none', () => {
    assert.equal(
      cliCommands.setBuildpacks('shop', ['./mine', 'https://example.com/b.git#v2']),
      `deis buildpacks:set ./mine 'https://example.com/b.git#v2' -f shop`,
    );
    assert.equal(cliCommands.setBuildpacks('shop', []), 'deis buildpacks:clear -f shop');
  });

  it('show URLs of drains that hold no secret alone', () => {
    assert.equal(
      cliCommands.addDrain(null, { url: 'syslog://logs.example.com:514', id: 'all' }),
      'deis drains:add syslog://logs.example.com:514 --name=all --admin',
    );
    assert.equal(
      cliCommands.addDrain('shop', { url: 'https://ada:sentinel-secret@logs.example.com', type: 'loki' }),
      'deis drains:add - --type=loki -f shop < url.txt',
    );
  });

  it('say which lines of the logs are shown', () => {
    assert.equal(
      cliCommands.logs('shop', { ps: '', grep: "can't", since: '2026-11-21T12:00:00.000Z' }, true),
      "deis logs --grep='can'\\''t' --since=2026-11-21T12:00:00.000Z --tail -f shop",
    );
    assert.equal(cliCommands.restart('shop', 'web.1'), 'deis restart web.1 -f shop');
  });

  it('show names of variables, and no value', () => {
    assert.equal(
      cliCommands.setConfig('shop', edits),
      'deis config:set COLOUR=... -f shop && deis config:unset SIZE -f shop',
    );
  });
});
