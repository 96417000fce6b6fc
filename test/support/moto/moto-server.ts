import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { waitUntil } from '../../../base/wait-until.js';

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A moto server of a test's own: AWS's APIs in memory, by others. */
export class MotoServer {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  /** @param host address that it listens at */
  static async start(program: string, host = '127.0.0.1'): Promise<MotoServer> {
    const port = await freePort(host);
    const child = spawn(program, ['-H', host, '-p', String(port)], { stdio: 'ignore' });
    const server = new MotoServer(child, `http://${host}:${port}`);
    await waitUntil(
      () =>
        fetch(`${server.url}/moto-api/data.json`).then(
          (answer) => answer.ok || undefined,
          () => undefined,
        ),
      { deadlineMs: 30_000, intervalMs: 100, what: 'moto to answer' },
    );
    return server;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }

  /** From now on signatures and policies count, after so many calls that need none. */
  async demandAuth(freeCalls: number): Promise<void> {
    const answer = await fetch(`${this.url}/moto-api/reset-auth`, {
      method: 'POST',
      body: String(freeCalls),
    });
    if (!answer.ok) throw new Error(`moto took no reset-auth: ${answer.status}`);
  }

  /** One call by the Query protocol, unsigned. @returns the answer's XML */
  async call(service: 'ec2' | 'iam', Action: string, params: Record<string, string> = {}): Promise<string> {
    const Version = service === 'ec2' ? '2016-11-15' : '2010-05-08';
    const scope = `20260101/us-west-2/${service}/aws4_request`;
    const answer = await fetch(this.url, {
      method: 'POST',
      body: new URLSearchParams({ Action, Version, ...params }),
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=test/${scope}, SignedHeaders=host, Signature=none`,
      },
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${Action}: ${answer.status} ${text}`);
    return text;
  }

  /** An IAM user that may do what the policy says, and nothing else. */
  async addUser(UserName: string, policy: string): Promise<AccessKey> {
    await this.call('iam', 'CreateUser', { UserName });
    await this.call('iam', 'PutUserPolicy', { UserName, PolicyName: 'deis', PolicyDocument: policy });
    const key = await this.call('iam', 'CreateAccessKey', { UserName });
    return {
      accessKeyId: textOf(key, 'AccessKeyId'),
      secretAccessKey: textOf(key, 'SecretAccessKey'),
    };
  }

  /** moto's default VPC has no way out, which a public subnet needs. */
  async openDefaultVpc(): Promise<void> {
    const VpcId = textOf(await this.call('ec2', 'DescribeVpcs'), 'vpcId');
    const GatewayId = textOf(await this.call('ec2', 'CreateInternetGateway'), 'internetGatewayId');
    await this.call('ec2', 'AttachInternetGateway', { VpcId, InternetGatewayId: GatewayId });
    const tables = await this.call('ec2', 'DescribeRouteTables', {
      'Filter.1.Name': 'vpc-id',
      'Filter.1.Value.1': VpcId,
    });
    const RouteTableId = textOf(tables, 'routeTableId');
    await this.call('ec2', 'CreateRoute', { RouteTableId, GatewayId, DestinationCidrBlock: '0.0.0.0/0' });
  }

  /** An AMI of the account's own. */
  async addImage(Name: string): Promise<string> {
    const image = { Name, Architecture: 'x86_64', RootDeviceName: '/dev/xvda', VirtualizationType: 'hvm' };
    return textOf(await this.call('ec2', 'RegisterImage', image), 'imageId');
  }
}

/** What the first element of that name holds. */
export function textOf(xml: string, element: string): string {
  const [, text] = new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml) ?? [];
  if (text === undefined) throw new Error(`no ${element} in ${xml}`);
  return text;
}

async function freePort(host: string): Promise<number> {
  const server = createServer();
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
