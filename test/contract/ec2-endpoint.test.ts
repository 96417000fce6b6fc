import assert from 'node:assert/strict';
import { EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { checkShape } from '../support/ec2/model-check.js';
import { documentedRefusals, Refusal } from '../support/ec2/refusal.js';
import { Ec2Endpoint } from '../support/ec2/ec2-endpoint.js';

const refuses =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof Refusal && error.code === code;
const least = 'MaxCount=1&MinCount=1';

describe("the suite's EC2 endpoint", () => {
  it("cites AWS's documentation for each of its refusals", () => {
    for (const [code, { source }] of Object.entries(documentedRefusals))
      assert.match(source, /^https:\/\/docs\.aws\.amazon\.com\/\S+\.html$/, code);
  });

  const shapes: readonly (readonly [action: string, params: string, code: string | null])[] = [
    [
      'RunInstances',
      `${least}&ImageId=ami-1&BlockDeviceMapping.1.Ebs.Encrypted=true` +
        '&TagSpecification.2.Tag.1.Key=Name&NetworkInterface.1.SecurityGroupId.1=sg-1',
      null,
    ],
    ['RunInstances', 'ImageId=ami-1', 'MissingParameter'],
    ['RunInstances', `${least}&ImageIdd=ami-1`, 'UnknownParameter'],
    ['RunInstances', `${least}&BlockDeviceMapping.1.Ebs.Encryptd=true`, 'UnknownParameter'],
    ['RunInstances', `${least}&BlockDeviceMapping.Ebs.Encrypted=true`, 'UnknownParameter'],
    ['TerminateInstances', 'InstanceId.1=i-1', null],
    ['TerminateInstances', '', 'MissingParameter'],
    ['DescribeInstances', 'Filter.1.Name=x&Filter.1.Value.1=y', null],
    ['DescribeInstances', 'Filter.1.Values.1=y', 'UnknownParameter'],
    ['LaunchInstances', '', 'InvalidAction'],
  ];
  for (const [action, params, code] of shapes) {
    it(`${code === null ? 'takes' : 'refuses'} ${action} ${params}`, () => {
      if (code === null) checkShape(action, new URLSearchParams(params));
      else assert.throws(() => checkShape(action, new URLSearchParams(params)), refuses(code));
    });
  }

  it('refuses user-data of 17 KB and subnets that there are not, and hangs, cuts and loses as it is told', async () => {
    const endpoint = await Ec2Endpoint.start();
    const client = new EC2Client({
      region: 'us-west-2',
      endpoint: endpoint.url,
      credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' },
      maxAttempts: 1,
      requestHandler: { requestTimeout: 300, throwOnRequestTimeout: true },
    });
    const run = (more: object) => client.send(new RunInstancesCommand({ MinCount: 1, MaxCount: 1, ...more }));
    try {
      await assert.rejects(run({ UserData: Buffer.alloc(17_000).toString('base64') }), {
        name: 'InvalidParameterValue',
      });
      await assert.rejects(run({ NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: 'subnet-1' }] }), {
        name: 'InvalidSubnetID.NotFound',
      });
      await assert.rejects(run({ DryRun: true }), { name: 'DryRunOperation' });
      assert.equal(endpoint.state.instances.length, 0);
      for (const [how, made] of [
        ['hang', 0],
        ['cut', 0],
        ['lost', 1],
      ] as const) {
        endpoint.faults.push({ action: 'RunInstances', how });
        await assert.rejects(run({}));
        assert.equal(endpoint.state.instances.length, made, how);
      }
      const [first, second] = [await run({ ClientToken: 't' }), await run({ ClientToken: 't' })];
      assert.equal(first.Instances![0]!.InstanceId, second.Instances![0]!.InstanceId);
      await assert.rejects(run({ ClientToken: 't', ImageId: 'ami-2' }), {
        name: 'IdempotentParameterMismatch',
      });
      endpoint.state.instances.at(-1)!.state = 'terminated';
      await assert.rejects(run({ ClientToken: 't' }), { name: 'IdempotentInstanceTerminated' });
    } finally {
      client.destroy();
      await endpoint.stop();
    }
  });
});
