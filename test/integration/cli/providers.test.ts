import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { openEc2Providers } from '../../../provisioner/providers/ec2/account/open-ec2-providers.js';
import { ownAddresses } from '../../../provisioner/providers/ec2/network/ssh-sources.js';
import { ApiHarness } from '../../support/server/api-harness.js';
import { Ec2Endpoint } from '../../support/ec2/ec2-endpoint.js';
import { TestTerminal } from '../../support/cli/test-terminal.js';

const keys = {
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};

const keysOfJson = {
  access_key_id: keys.AWS_ACCESS_KEY_ID,
  secret_access_key: keys.AWS_SECRET_ACCESS_KEY,
};

/** `deis`, the real API and the ec2 provider, on an AWS of our own. */
describe('deis providers and flavors with AWS', function () {
  this.timeout(30_000);
  let api: ApiHarness;
  let server: Server;
  let aws: Ec2Endpoint;
  const [ada, bob] = [new TestTerminal(), new TestTerminal()];
  const touched = [
    'AWS_ENDPOINT_URL',
    'AWS_EC2_METADATA_DISABLED',
    'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED',
    'AWS_SHARED_CREDENTIALS_FILE',
    'AWS_CONFIG_FILE',
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
  ];
  const before = touched.map((name) => [name, process.env[name]] as const);

  const deis = async (terminal: TestTerminal, expected: number, ...words: string[]): Promise<string> => {
    const code = await terminal.deis(...words);
    assert.equal(code, expected, `deis ${words.join(' ')} exited with ${code}:\n${terminal.err}`);
    return terminal.out;
  };

  beforeEach(async () => {
    for (const name of touched) delete process.env[name];
    aws = await Ec2Endpoint.start();
    Object.assign(process.env, aws.env, {
      AWS_SHARED_CREDENTIALS_FILE: join(ada.home, 'credentials'),
      AWS_CONFIG_FILE: join(ada.home, 'config'),
    });
    api = await ApiHarness.start();
    api.providers.set(
      'ec2',
      openEc2Providers({
        instance: 'a1b2c3d4',
        architecture: 'amd64',
        sshFrom: ['203.0.113.7/32'],
        own: ownAddresses,
      }),
    );
    server = createServer(api.app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await deis(
      ada,
      0,
      'register',
      url,
      '--username=ada',
      '--password=correct horse battery',
      '--email=ada@example.com',
      '--known-hosts=no',
    );
    const code = (await deis(ada, 0, 'users:invite')).trim();
    await deis(
      bob,
      0,
      'register',
      url,
      '--username=bob',
      '--password=correct horse battery',
      '--email=bob@example.com',
      '--known-hosts=no',
      `--code=${code}`,
    );
    for (const terminal of [ada, bob])
      for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_PROFILE'])
        delete terminal.env[name];
    Object.assign(ada, { interactive: false });
    ada.answers.length = 0;
    ada.questions.length = 0;
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await api.close();
    await aws.stop();
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
  after(() => {
    ada.dispose();
    bob.dispose();
  });

  it('gives new users a provider and flavors for the eight regions of 2013', async () => {
    const flavors = JSON.parse(await deis(bob, 0, 'flavors', '--json')) as {
      id: string;
      provider: string;
      params: { region: string };
    }[];
    const ours = flavors.filter(({ provider }) => provider === 'ec2');
    assert.deepEqual(
      ours.map(({ id }) => id),
      [
        'ap-northeast-1',
        'ap-southeast-1',
        'ap-southeast-2',
        'eu-west-1',
        'sa-east-1',
        'us-east-1',
        'us-west-1',
        'us-west-2',
      ].map((region) => `ec2-${region}`),
    );
    assert.ok(ours.every(({ id, params }) => id === `ec2-${params.region}`));
    assert.match(await deis(bob, 0, 'flavors'), /^ec2-us-west-2 /m);
    assert.match(bob.err, /^Those of ec2 need an AWS account of yours: deis providers:discover; then/m);
  });

  it('finds the credentials of the environment, asks, sends them, and shows the account', async () => {
    Object.assign(ada.env, keys);
    await deis(ada, 2, 'providers:discover');
    assert.match(ada.err, /give --yes/);
    Object.assign(ada, { interactive: true });
    ada.answers.push('n');
    await deis(ada, 0, 'providers:discover');
    assert.match(ada.err, /access key AKIA\.\.\.MPLE[\s\S]*Nothing was sent/);
    assert.equal(aws.count('GetCallerIdentity'), 0);
    ada.answers.push('y');
    assert.equal(await deis(ada, 0, 'providers:discover'), 'ec2\n');
    assert.match(ada.err, /AWS account 123456789012 \(arn:aws:iam::123456789012:user\/deis\)/);
    assert.doesNotMatch(ada.out + ada.err, /wJalr/);
    await deis(ada, 0, 'flavors');
    assert.doesNotMatch(ada.err, /need an AWS account/);
  });

  it('finds those of ~/.aws, and makes another provider of them when told', async () => {
    // The SDK keeps what it has read of a file once: a file of its own.
    process.env['AWS_SHARED_CREDENTIALS_FILE'] = join(ada.home, 'work-credentials');
    writeFileSync(
      join(ada.home, 'work-credentials'),
      '[work]\n' +
        `aws_access_key_id = ${keys.AWS_ACCESS_KEY_ID}\n` +
        `aws_secret_access_key = ${keys.AWS_SECRET_ACCESS_KEY}\n`,
    );
    await deis(ada, 4, 'providers:discover', '--yes');
    assert.match(ada.err, /found no AWS credentials/);
    ada.env['AWS_PROFILE'] = 'work';
    assert.equal(await deis(ada, 0, 'providers:discover', '--yes', '--id=work'), 'work\n');
    await deis(ada, 6, 'providers:discover', '--yes', '--id=mock');
    assert.match(ada.err, /is of type mock/);
  });

  it('sends no temporary credentials, and says what to do instead', async () => {
    Object.assign(ada.env, keys, { AWS_SESSION_TOKEN: 'x' });
    await deis(ada, 6, 'providers:discover', '--yes');
    assert.match(ada.err, /are temporary[\s\S]*IAM user/);
  });

  it('refuses what AWS refuses, and credentials of another account than before', async () => {
    const creds = (id: string): string =>
      `--creds=${JSON.stringify({ access_key_id: id, secret_access_key: 'hunter2-secret' })}`;
    await deis(ada, 2, 'providers:update', 'ec2', creds('AKIABADBADBADBAD1234'));
    assert.match(ada.err, /creds: AWS refused them: InvalidClientTokenId/);
    await deis(ada, 2, 'providers:create', '--type=ec2', '--id=none');
    await deis(ada, 2, 'providers:create', '--type=ec2', '--id=odd', '--creds={"acces_key_id": "hunter2"}');
    assert.match(ada.err, /creds\.acces_key_id: there is no such credential/);
    assert.doesNotMatch(ada.err, /hunter2/);
    await deis(ada, 0, 'providers:update', 'ec2', creds('AKIAIOSFODNN7EXAMPLE'));
    Object.assign(aws.state.options, { account: '210987654321' });
    await deis(ada, 6, 'providers:update', 'ec2', creds('AKIAIOSFODNN8EXAMPLE'));
    assert.match(
      ada.err,
      /is for account 123456789012, where its nodes are; these credentials are of 210987654321/,
    );
  });

  it('lets only an admin use what the controller itself has', async () => {
    Object.assign(process.env, keys);
    await deis(bob, 3, 'providers:create', '--type=ec2', '--id=own', '--creds={"source": "controller"}');
    await deis(bob, 3, 'providers:update', 'ec2', '--creds={"source": "controller"}');
    await deis(ada, 0, 'providers:create', '--type=ec2', '--id=own', '--creds={"source": "controller"}');
    assert.match(ada.err, /AWS account 123456789012/);
  });

  it('shows what each type takes', async () => {
    assert.match(await deis(ada, 0, 'providers:types'), /^TYPE +WHAT\nec2 +Instances of Amazon EC2\.\nmock /);
    assert.match(
      await deis(ada, 0, 'providers:types', 'ec2'),
      /access_key_id:[\s\S]*# EC2 region \(required\)\nregion: us-west-2/,
    );
    await deis(ada, 4, 'providers:types', 'gce');
  });

  it('shows what lost its layer, and removes it when told to', async () => {
    Object.assign(ada.env, keys);
    await deis(ada, 0, 'providers:discover', '--yes');
    assert.equal(await deis(ada, 0, 'providers:gc', 'ec2', '--json'), '[]\n');
    const tags = (instance: string) =>
      new Map([
        ['deis:created-by', instance],
        ['deis:formation', 'peachy'],
        ['deis:formation-id', '77'],
        ['deis:layer', 'runtime'],
      ]);
    aws.state.groups.push(
      ...['a1b2c3d4', '00000000'].map((instance) => ({
        id: `sg-${instance}`,
        name: `deis-${instance}-peachy`,
        vpc: 'vpc-1',
        tags: tags(instance),
        rules: new Set<string>(),
      })),
    );
    const listed = await deis(ada, 0, 'providers:gc', 'ec2');
    assert.match(
      listed,
      /^KIND +CLOUD ID +NAME +FORMATION +STATE +ADDRESS\nsecurity group +sg-a1b2c3d4 +deis-a1b2c3d4-peachy +peachy +unused/,
    );
    assert.doesNotMatch(listed, /sg-00000000/);
    // The second of the regions is closed to the account.
    aws.faults.push({
      action: 'DescribeInstances',
      how: 'refuse',
      code: 'UnauthorizedOperation',
      times: 1,
    });
    const seen = await deis(ada, 1, 'providers:gc', 'ec2');
    assert.match(seen, /sg-a1b2c3d4/);
    assert.match(ada.err, /not all could be looked at: [a-z]+-[a-z]+-\d[\s\S]*not authorized/);
    await deis(ada, 2, 'providers:gc', 'ec2', '--remove');
    assert.match(ada.err, /--yes[\s\S]*nothing was removed/);
    Object.assign(ada, { interactive: true });
    ada.answers.push('n');
    await deis(ada, 2, 'providers:gc', 'ec2', '--remove');
    assert.equal(aws.state.groups.length, 2);
    aws.faults.push({ action: 'DeleteSecurityGroup', how: 'refuse', code: 'UnauthorizedOperation' });
    await deis(ada, 1, 'providers:gc', 'ec2', '--remove', '--yes');
    assert.match(ada.err, /sg-a1b2c3d4: .*not authorized/i);
    const [gone] = JSON.parse(await deis(ada, 0, 'providers:gc', 'ec2', '--remove', '--yes', '--json')) as {
      cloud_id: string;
      failure: null;
    }[];
    assert.deepEqual(
      [gone?.cloud_id, gone?.failure, aws.state.groups.map(({ id }) => id)],
      ['sg-a1b2c3d4', null, ['sg-00000000']],
    );
    await deis(bob, 0, 'providers:gc', 'ec2');
    await deis(ada, 4, 'providers:gc', 'nosuch');
  });

  it('checks a flavor before anything is launched, and exits with 1 when something is missing', async () => {
    assert.match(
      await deis(ada, 1, 'flavors:check', 'ec2-us-west-2'),
      /credentials +NO +the provider has no AWS credentials: deis providers:discover/,
    );
    Object.assign(ada.env, keys);
    await deis(ada, 0, 'providers:discover', '--yes');
    assert.match(await deis(ada, 0, 'flavors:check', 'ec2-us-west-2'), /ec2:RunInstances +yes +allowed/);
    aws.faults.push({ action: 'RunInstances', how: 'refuse', code: 'VcpuLimitExceeded' });
    assert.match(
      await deis(ada, 1, 'flavors:check', 'ec2-us-west-2'),
      /ec2:RunInstances +NO +VcpuLimitExceeded: You have requested more vCPU capacity/,
    );
    const west = JSON.stringify({ ...keysOfJson, region: 'us-west-2' });
    await deis(ada, 0, 'providers:update', 'ec2', `--creds=${west}`);
    assert.match(
      await deis(ada, 1, 'flavors:check', 'ec2-us-east-1'),
      /params +NO +params\.region is "us-east-1", but the provider's region is us-west-2/,
    );
    await deis(ada, 2, 'flavors:create', '--id=far', '--provider=ec2', '--params={"region": "mars"}');
    assert.match(ada.err, /params\.region is "mars": must be a region/);
    assert.deepEqual(aws.state.remains, []);
  });
});
