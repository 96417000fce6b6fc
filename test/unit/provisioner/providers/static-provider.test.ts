import assert from 'node:assert/strict';
import { resolveWord } from '../../../../cli/registry.js';
import { Conflict, UserError } from '../../../../base/errors.js';
import { Secret } from '../../../../base/secret.js';
import type { NodeLaunch } from '../../../../provisioner/provider.js';
import {
  StaticProvider,
  staticParamsExample,
} from '../../../../provisioner/providers/static/static-provider.js';
import { parse } from 'yaml';

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample';
const params = {
  hosts: [
    { address: '203.0.113.21', private_address: '10.0.0.21', host_key: `${key} root@host` },
    { address: 'b.example.com', host_key: key },
  ],
};
const launch = (taken: string[]): NodeLaunch => ({
  formation: 'f',
  formationId: '1',
  layer: 'runtime',
  kind: 'runtime',
  params,
  uuid: 'u',
  name: 'f-runtime-1',
  num: 1,
  userData: new Secret(''),
  taken,
  journal: { last: null, save: async () => undefined },
});

describe('static provider', () => {
  const provider = new StaticProvider();

  it('takes the first host that no node has, with the key that the operator confirmed', async () => {
    const ids: string[] = [];
    const first = await provider.launchNode(launch([]), async (id) => void ids.push(id));
    assert.deepEqual(first, {
      cloudId: '203.0.113.21',
      address: '203.0.113.21',
      privateAddress: '10.0.0.21',
      hostPublicKey: key,
    });
    assert.deepEqual(ids, ['203.0.113.21']);
    assert.equal(
      (await provider.launchNode(launch(['203.0.113.21']), async () => undefined)).privateAddress,
      'b.example.com',
    );
  });

  it('says so when every host is a node already', async () => {
    await assert.rejects(
      provider.launchNode(launch(['203.0.113.21', 'b.example.com']), async () => undefined),
      Conflict,
    );
  });

  it('takes params without hosts, which are adopted one by one then', () => {
    for (const none of [{}, { hosts: [] }]) assert.deepEqual(provider.parseParams(none).hosts, []);
  });

  it('documents params that it accepts, and commands that there are', async () => {
    assert.equal(provider.parseParams(parse(staticParamsExample)).hosts.length, 1);
    const [, named] = /\(deis (\S+) --json shows it\)/.exec(staticParamsExample) ?? [];
    assert.equal((await resolveWord(named ?? '')).kind, 'command', named);
  });

  for (const [wrong, field] of [
    [{ hosts: [{ address: 'a' }] }, 'params.hosts.0.host_key'],
    [{ hosts: [params.hosts[1], params.hosts[1]] }, 'params.hosts'],
    [{ hosts: [{ address: '-oProxyCommand=x', host_key: key }] }, 'params.hosts.0.address'],
  ] as const) {
    it(`refuses ${JSON.stringify(wrong).slice(0, 60)} naming ${field}`, () => {
      assert.throws(
        () => provider.parseParams(wrong),
        (error: unknown) => error instanceof UserError && error.field === field,
      );
    });
  }
});
