import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Docker from 'dockerode';
import { parse } from 'yaml';
import { parseEc2Credentials } from '../../../provisioner/providers/ec2/account/ec2-credentials.js';
import {
  architectureOf,
  ec2ParamNames,
  ec2ParamsExample,
  parseEc2Params,
} from '../../../provisioner/providers/ec2/ec2-params.js';
import { providerTypes } from '../../../provisioner/provider-types.js';
import { createProviders } from '../../../provisioner/registry.js';
import {
  flavorParamsModule,
  providersPage,
  writingAProviderPage,
} from '../../support/source/generated-docs.js';
import { projectRoot } from '../../support/source/source-imports.js';

describe('provider types', () => {
  const connect = createProviders({ instance: 'a1b2c3d4', docker: new Docker() });

  it('are all in the registry, and the registry has no others', () => {
    assert.deepEqual(providerTypes.map(({ type }) => type).sort(), [...connect.keys()].sort());
  });

  it("say each whether root on their machines is root on the controller's host", () => {
    const said = [...connect].map(([type, open]) => [type, open({}).givesHost]);
    assert.deepEqual(said, [
      ['docker', true],
      ['static', false],
      ['ec2', false],
      ['mock', false],
    ]);
  });

  for (const { type, paramsExample, credsExample, seeds } of providerTypes) {
    it(`${type}: the examples and the seeds are accepted by what they are examples of`, () => {
      const creds = credsExample === '' ? {} : (parse(credsExample) as Record<string, unknown>);
      const provider = connect.get(type)!(creds, {});
      assert.equal(provider.paramsExample, paramsExample);
      provider.parseParams(parse(paramsExample));
      for (const { params } of seeds) connect.get(type)!({}, params).parseParams(params);
    });
  }

  it('cli/actions/infrastructure/flavor-params.ts says what the code says', () => {
    const path = join(projectRoot, 'cli', 'actions', 'infrastructure', 'flavor-params.ts');
    if (process.env['WRITE_DOCS'] === '1') writeFileSync(path, flavorParamsModule());
    assert.equal(
      readFileSync(path, 'utf8'),
      flavorParamsModule(),
      'an example changed: WRITE_DOCS=1 npx mocha test/unit/provisioner/provider-types.test.ts',
    );
  });

  it('docs/providers.md says what the code says', () => {
    const path = join(projectRoot, 'docs', 'providers.md');
    if (process.env['WRITE_DOCS'] === '1') writeFileSync(path, providersPage());
    assert.equal(
      readFileSync(path, 'utf8'),
      providersPage(),
      'an example changed: WRITE_DOCS=1 npx mocha test/unit/provisioner/provider-types.test.ts',
    );
  });
});

describe('docs/writing-a-provider.md', () => {
  it('shows the example that is compiled and tested', () => {
    const path = join(projectRoot, 'docs', 'writing-a-provider.md');
    const wanted = writingAProviderPage(readFileSync(path, 'utf8'));
    if (process.env['WRITE_DOCS'] === '1') writeFileSync(path, wanted);
    assert.equal(
      readFileSync(path, 'utf8'),
      wanted,
      'the example changed: WRITE_DOCS=1 npx mocha test/unit/provisioner/provider-types.test.ts',
    );
  });
});

describe('params of an ec2 flavor', () => {
  it('are all in the example', () => {
    assert.deepEqual(Object.keys(parse(ec2ParamsExample) as object).sort(), [...ec2ParamNames].sort());
  });

  const wrong: readonly (readonly [params: Record<string, unknown>, message: RegExp])[] = [
    [{}, /params\.region is missing: is required, e\.g\. us-west-2/],
    [{ region: 'mars' }, /params\.region is "mars": must be a region/],
    [{ region: 'us-west-2', volume_size: 1 }, /params\.volume_size is 1: must be at least 8/],
    [
      { region: 'us-west-2', instance_type: 'small' },
      /params\.instance_type is "small": must be an instance type/,
    ],
    [
      { region: 'us-west-2', fallback_types: ['t4g.small'] },
      /params\.fallback_types\.0 is "t4g\.small": it has arm64 processors, the flavor says amd64/,
    ],
    [
      { region: 'us-west-2', architecture: 'arm64' },
      /params\.instance_type is "t3\.small": it has amd64 processors/,
    ],
    [
      { region: 'us-west-2', image: 'windows' },
      /params\.image is "windows": must be debian-12, debian-13, ubuntu-24\.04/,
    ],
    [
      { region: 'us-west-2', ssh_from: ['203.0.113.7'] },
      /params\.ssh_from\.0 is "203\.0\.113\.7": must be a network/,
    ],
    [{ region: 'us-west-2', ssh_from: ['300.0.0.1/32'] }, /must be a network/],
    [{ region: 'us-west-2', security_groups: ['web'] }, /params\.security_groups\.0 is "web"/],
    [{ region: 'us-west-2', instance_profile: 'a b' }, /params\.instance_profile is "a b"/],
    [{ region: 'us-west-2', regio: 1 }, /params\.regio is 1: no such param; there are region,/],
  ];
  for (const [params, message] of wrong)
    it(`refuses ${JSON.stringify(params)}`, () => assert.throws(() => parseEc2Params(params), message));

  it('knows the processors of instance types', () => {
    const types = [
      't4g.small',
      'c7gn.large',
      'm6gd.xlarge',
      'im4gn.large',
      'a1.medium',
      'g5g.xlarge',
      'x2gd.large',
      'r8g.large',
      't3.small',
      'c5n.large',
      'g5.xlarge',
      'g4dn.xlarge',
      'm7i-flex.large',
      'u7i-12tb.224xlarge',
    ];
    assert.deepEqual(
      types.filter((type) => architectureOf(type) === 'arm64'),
      types.slice(0, 8),
    );
  });
});

describe('credentials of an ec2 provider', () => {
  for (const creds of [
    { access_key_id: 'AKIAIOSFODNN7EXAMPLE' },
    { secret_access_key: 'hunter2' },
    { source: 'world' },
    { source: 'controller', access_key_id: 'AKIAIOSFODNN7EXAMPLE', secret_access_key: 'hunter2' },
    { region: 'mars' },
    { password: 'hunter2' },
    { account: '12' },
  ]) {
    it(`refuses ${Object.keys(creds).join(' and ')} like these, without showing them`, () => {
      assert.throws(
        () => parseEc2Credentials(creds),
        (error) =>
          error instanceof Error && /^creds/.test(error.message) && !error.message.includes('hunter2'),
      );
    });
  }
});

describe('the IAM policy of docs/ec2.md', () => {
  const [, json = ''] =
    /```json\n([\s\S]*?)```/.exec(readFileSync(join(projectRoot, 'docs', 'ec2.md'), 'utf8')) ?? [];
  const statements = (JSON.parse(json) as { Statement: { Action: string | string[] }[] }).Statement;
  const allowed = statements.flatMap(({ Action }) => Action).sort();

  it('allows the calls that the code makes, and no others', () => {
    const folder = join(projectRoot, 'provisioner', 'providers', 'ec2');
    const source = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('\n');
    const services: Readonly<Record<string, string>> = { GetParameter: 'ssm', GetCallerIdentity: 'sts' };
    const made = new Set(
      [...source.matchAll(/new (?:api\.)?sdk\.(\w+)Command\(|\.paginate(\w+)\(/g)].map(
        ([, command, paginated]) => command ?? paginated!,
      ),
    );
    assert.ok(made.size > 15, [...made].join());
    const calls = [...made].map((call) => `${services[call] ?? 'ec2'}:${call}`);
    // Tags of what is made in the same call are a permission of their own.
    assert.deepEqual(allowed, [...calls, 'ec2:CreateTags'].sort());
  });
});
