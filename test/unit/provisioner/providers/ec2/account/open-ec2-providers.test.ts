import assert from 'node:assert/strict';
import { UserError } from '../../../../../../base/errors.js';
import type { Ec2Provider } from '../../../../../../provisioner/providers/ec2/ec2-provider.js';
import { openEc2Providers } from '../../../../../../provisioner/providers/ec2/account/open-ec2-providers.js';

const maxOpened = 100;
/** A, B, ... Z, AA, AB, ...: names in the form of regions. */
const region = (index: number): string =>
  `xx-${[...index.toString(26)].map((digit) => String.fromCharCode(97 + parseInt(digit, 26))).join('')}-1`;
const keys = (secret: string): Record<string, unknown> => ({
  access_key_id: 'AKIAIOSFODNN7EXAMPLE',
  secret_access_key: secret,
});

describe('connections to EC2', () => {
  let open: ReturnType<typeof openEc2Providers>;
  beforeEach(() => {
    open = openEc2Providers({
      instance: 'a1b2c3d4',
      sshFrom: [],
      own: { public: async () => [], private: () => [] },
      architecture: 'amd64',
    });
  });
  const inRegion = (index: number): Ec2Provider => open({}, { region: region(index) });

  it('are one for the same credentials and region, whatever else a flavor says', () => {
    const first = open(keys('one'), { region: 'us-west-2' });
    assert.equal(open(keys('one'), { region: 'us-west-2', volume_size: 30, of_old: 'x' }), first);
    assert.notEqual(open(keys('two'), { region: 'us-west-2' }), first);
    assert.notEqual(open(keys('one'), { region: 'us-east-1' }), first);
    assert.equal(open(keys('one')), open(keys('one'), { region: 'us-east-1' }));
  });

  for (const wrong of [
    '',
    '<i>',
    'x'.repeat(2_000_000),
    `us-${'x'.repeat(2_000_000)}-1`,
    3,
    null,
    ['us-west-2'],
  ])
    it(`are not made to ${JSON.stringify(wrong)?.slice(0, 12)}, and the refusal is short`, () => {
      for (const connect of [
        () => open({}, { region: wrong }),
        () => open({ region: 'us-west-2' }, { region: wrong }),
        () => open({ region: wrong }),
      ])
        assert.throws(connect, (error) => error instanceof UserError && error.message.length < 300);
    });

  it('are refused in short words for a long unknown param too', () => {
    assert.throws(
      () => open({}, {}).parseParams({ region: 'us-west-2', ['x'.repeat(2_000_000)]: 1 }),
      (error) => error instanceof UserError && error.message.length < 500,
    );
  });

  it('are not made with a secret key that is none', () => {
    assert.throws(() => open(keys('x'.repeat(257))), /creds\.secret_access_key: must be a secret access key/);
    open(keys('x'.repeat(256)));
  });

  it(`are kept for the ${maxOpened} that were asked for last`, () => {
    const [first, second] = [inRegion(0), inRegion(1)];
    for (let index = 2; index < maxOpened; index += 1) inRegion(index);
    assert.equal(inRegion(0), first);
    inRegion(maxOpened);
    assert.equal(inRegion(0), first);
    assert.notEqual(inRegion(1), second);
  });
});
