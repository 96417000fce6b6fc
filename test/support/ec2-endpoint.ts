import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface FakeInstance {
  id: string;
  token: string;
  params: URLSearchParams;
  tags: Map<string, string>;
  state: 'pending' | 'running' | 'terminated';
  looks: number;
}

interface FakeGroup {
  id: string;
  tags: Map<string, string>;
  rules: Set<string>;
}

/**
 * An EC2 endpoint of our own: the Query protocol over HTTP with the behaviours that matter to a launch: a launched instance is unknown
 * to the first look and pending at the second, a repeated ClientToken returns the first instance, a group in use is a DependencyViolation.
 */
export class Ec2Endpoint {
  readonly instances: FakeInstance[] = [];
  readonly groups: FakeGroup[] = [];
  readonly calls: { action: string; params: URLSearchParams }[] = [];
  /** Error code to answer the next call of an action with. */
  readonly failNext = new Map<string, string>();
  /** How many of DeleteSecurityGroup answer DependencyViolation first. */
  groupHeldFor = 0;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<Ec2Endpoint> {
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const { status, xml } = endpoint.#answer(new URLSearchParams(body));
        response.writeHead(status, { 'content-type': 'text/xml' }).end(xml);
      });
    });
    const endpoint = new Ec2Endpoint(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return endpoint;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer(params: URLSearchParams): { status: number; xml: string } {
    const action = params.get('Action') ?? '';
    this.calls.push({ action, params });
    const failure = this.failNext.get(action);
    this.failNext.delete(action);
    try {
      if (failure !== undefined) throw new Error(failure);
      const actions: Record<string, () => string> = {
        RunInstances: () => this.#run(params),
        DescribeInstances: () => this.#describe(params),
        TerminateInstances: () => this.#terminate(params),
        DescribeSecurityGroups: () => `<securityGroupInfo>${this.groups.filter((group) => matches(group.tags, params)).map((group) => `<item><groupId>${group.id}</groupId></item>`).join('')}</securityGroupInfo>`,
        CreateSecurityGroup: () => this.#createGroup(params),
        DeleteSecurityGroup: () => this.#deleteGroup(params),
        AuthorizeSecurityGroupIngress: () => this.#authorize(params),
        DescribeImages: () => '<imagesSet><item><imageId>ami-0000000001</imageId><creationDate>2026-01-01</creationDate></item><item><imageId>ami-0000000002</imageId><creationDate>2026-06-01</creationDate></item></imagesSet>',
        DescribeRegions: () => '<regionInfo></regionInfo>',
      };
      const body = actions[action]?.();
      if (body === undefined) throw new Error('InvalidAction');
      return { status: 200, xml: `<${action}Response>${body}</${action}Response>` };
    } catch (error) {
      const code = (error as Error).message;
      return { status: code === 'InsufficientInstanceCapacity' ? 500 : 400, xml: `<Response><Errors><Error><Code>${code}</Code><Message>${code} in words</Message></Error></Errors></Response>` };
    }
  }

  #run(params: URLSearchParams): string {
    const token = params.get('ClientToken') ?? '';
    const known = this.instances.find((instance) => instance.token === token);
    const instance = known ?? { id: `i-${randomBytes(8).toString('hex')}`, token, params, tags: tagsOf(params, 'TagSpecification.1.Tag'), state: 'pending' as const, looks: 0 };
    if (known === undefined) this.instances.push(instance);
    return `<instancesSet><item><instanceId>${instance.id}</instanceId></item></instancesSet>`;
  }

  #describe(params: URLSearchParams): string {
    const id = params.get('InstanceId.1');
    const asked = this.instances.filter((instance) => (id === null ? instance.state !== 'terminated' && matches(instance.tags, params) : instance.id === id));
    for (const instance of asked) instance.looks += 1;
    if (id !== null && (asked.length === 0 || asked[0]!.looks === 1)) throw new Error('InvalidInstanceID.NotFound');
    for (const instance of asked) if (instance.looks > 2 && instance.state === 'pending') instance.state = 'running';
    return `<reservationSet>${asked.map((instance) => `<item><instancesSet>${instanceXml(instance)}</instancesSet></item>`).join('')}</reservationSet>`;
  }

  #terminate(params: URLSearchParams): string {
    const ids = [...params].filter(([key]) => key.startsWith('InstanceId.')).map(([, value]) => value);
    for (const id of ids) if (!this.instances.some((instance) => instance.id === id)) throw new Error('InvalidInstanceID.NotFound');
    for (const instance of this.instances) if (ids.includes(instance.id)) instance.state = 'terminated';
    return '<instancesSet></instancesSet>';
  }

  #createGroup(params: URLSearchParams): string {
    const group = { id: `sg-${randomBytes(8).toString('hex')}`, tags: tagsOf(params, 'TagSpecification.1.Tag'), rules: new Set<string>() };
    this.groups.push(group);
    return `<groupId>${group.id}</groupId>`;
  }

  #deleteGroup(params: URLSearchParams): string {
    if (this.groupHeldFor-- > 0) throw new Error('DependencyViolation');
    const at = this.groups.findIndex((group) => group.id === params.get('GroupId'));
    if (at < 0) throw new Error('InvalidGroup.NotFound');
    this.groups.splice(at, 1);
    return '<return>true</return>';
  }

  #authorize(params: URLSearchParams): string {
    const group = this.groups.find((each) => each.id === params.get('GroupId'));
    const rule = [...params].filter(([key]) => key.startsWith('IpPermissions.')).map(([, value]) => value).join(' ');
    if (group === undefined) throw new Error('InvalidGroup.NotFound');
    if (group.rules.has(rule)) throw new Error('InvalidPermission.Duplicate');
    group.rules.add(rule);
    return '<return>true</return>';
  }
}

function tagsOf(params: URLSearchParams, prefix: string): Map<string, string> {
  const tags = new Map<string, string>();
  for (let n = 1; params.has(`${prefix}.${n}.Key`); n += 1) tags.set(params.get(`${prefix}.${n}.Key`)!, params.get(`${prefix}.${n}.Value`) ?? '');
  return tags;
}

function matches(tags: Map<string, string>, params: URLSearchParams): boolean {
  for (let n = 1; params.has(`Filter.${n}.Name`); n += 1) {
    const name = params.get(`Filter.${n}.Name`)!;
    if (name.startsWith('tag:') && tags.get(name.slice(4)) !== params.get(`Filter.${n}.Value.1`)) return false;
  }
  return true;
}

function instanceXml(instance: FakeInstance): string {
  const tags = [...instance.tags].map(([key, value]) => `<item><key>${key}</key><value>${value}</value></item>`).join('');
  return `<item><instanceId>${instance.id}</instanceId><instanceState><name>${instance.state}</name></instanceState><privateIpAddress>10.0.0.7</privateIpAddress><ipAddress>198.51.100.7</ipAddress><tagSet>${tags}</tagSet></item>`;
}
