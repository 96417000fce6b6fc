import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudState, type CloudOptions } from './cloud-state.js';
import {
  authorizeIngress,
  createSecurityGroup,
  deleteSecurityGroup,
  describeSecurityGroups,
  revokeIngress,
} from './group-actions.js';
import { describeInstances, runInstances, terminateInstances } from './instance-actions.js';
import { checkShape } from './model-check.js';
import {
  allocateAddress,
  associateAddress,
  describeAddresses,
  describeImages,
  describeNetworkInterfaces,
  describeRouteTables,
  describeSubnets,
  disassociateAddress,
  endpointImages,
  releaseAddress,
} from './network-actions.js';
import { Query } from './query.js';
import { Refusal, type RefusalCode } from './refusal.js';
import { deleteVolume, describeVolumes } from './volume-actions.js';
import { toXml, type Xml } from './xml.js';

type Action = (state: CloudState, query: Query) => Xml | Promise<Xml>;

const actions: Readonly<Record<string, Action>> = {
  RunInstances: runInstances,
  DescribeInstances: describeInstances,
  TerminateInstances: terminateInstances,
  DescribeSecurityGroups: describeSecurityGroups,
  CreateSecurityGroup: createSecurityGroup,
  DeleteSecurityGroup: deleteSecurityGroup,
  AuthorizeSecurityGroupIngress: authorizeIngress,
  RevokeSecurityGroupIngress: revokeIngress,
  DescribeImages: describeImages,
  DescribeSubnets: describeSubnets,
  DescribeRouteTables: describeRouteTables,
  DescribeNetworkInterfaces: describeNetworkInterfaces,
  DescribeAddresses: describeAddresses,
  AllocateAddress: allocateAddress,
  AssociateAddress: associateAddress,
  DisassociateAddress: disassociateAddress,
  ReleaseAddress: releaseAddress,
  DescribeVolumes: describeVolumes,
  DeleteVolume: deleteVolume,
};

/**
 * How a call goes wrong. `lost`: it is carried out and its answer never arrives; `cut`: it is not carried
 * out, and nobody says so; `hang`: no answer for ever.
 */
export interface EndpointFault {
  /** `*` for any. */
  readonly action: string;
  readonly how: 'refuse' | 'lost' | 'cut' | 'hang';
  readonly code?: RefusalCode;
  /** Default 1. */
  times?: number;
  readonly when?: (query: Query) => boolean;
}

/**
 * AWS's front door, ours: EC2 and STS by the Query protocol, SSM by JSON, over HTTP, with any signature
 * accepted of keys that are not named BAD.
 */
export class Ec2Endpoint {
  readonly calls: { readonly action: string; readonly params: URLSearchParams }[] = [];
  readonly faults: EndpointFault[] = [];
  /** Whether SSM's public parameters may be read. */
  isSsmOpen = true;
  /** SSM answers every call so. */
  ssmRefusal: string | undefined;

  private constructor(
    private readonly server: Server,
    readonly state: CloudState,
  ) {}

  static async start(options: CloudOptions = {}): Promise<Ec2Endpoint> {
    const server = createServer((request, response) => void endpoint.#serve(request, response));
    const endpoint = new Ec2Endpoint(server, new CloudState(options));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return endpoint;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** For the environment of a process that is to use it. */
  get env(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: this.url,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    };
  }

  /** How often an action was called. */
  count(action: string): number {
    return this.calls.filter((call) => call.action === action).length;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request);
    const target = request.headers['x-amz-target'];
    if (typeof target === 'string') return this.#ssm(target, body, response);
    const query = new Query(new URLSearchParams(body));
    const action = query.get('Action') ?? '';
    this.calls.push({ action, params: query.params });
    const fault = this.#faultFor(action, query);
    if (fault?.how === 'hang') return;
    if (fault?.how === 'cut') return void response.destroy();
    const answer = await this.#answer(action, query, String(request.headers.authorization), fault);
    if (fault?.how === 'lost') return void response.destroy();
    response.writeHead(answer.status, { 'content-type': 'text/xml' }).end(answer.xml);
  }

  #faultFor(action: string, query: Query): EndpointFault | undefined {
    const fault = this.faults.find(
      (each) =>
        (each.action === '*' || each.action === action) &&
        (each.times ?? 1) > 0 &&
        (each.when?.(query) ?? true),
    );
    if (fault !== undefined) fault.times = (fault.times ?? 1) - 1;
    return fault;
  }

  async #answer(
    action: string,
    query: Query,
    authorization: string,
    fault: EndpointFault | undefined,
  ): Promise<{ status: number; xml: string }> {
    try {
      if (authorization.includes('BAD'))
        throw new Refusal(action === 'GetCallerIdentity' ? 'InvalidClientTokenId' : 'AuthFailure');
      if (fault?.how === 'refuse') throw new Refusal(fault.code ?? 'InternalError');
      if (action === 'GetCallerIdentity')
        return { status: 200, xml: identityXml(this.state.options.account ?? '123456789012') };
      checkShape(action, query.params);
      const act = actions[action];
      if (act === undefined) throw new Refusal('InvalidAction', action);
      if (action.startsWith('Describe') && query.is('DryRun')) throw new Refusal('DryRunOperation');
      const id = `<requestId>r-${this.calls.length}</requestId>`;
      const answer = toXml(await act(this.state, query));
      return { status: 200, xml: `<${action}Response>${id}${answer}</${action}Response>` };
    } catch (error) {
      const { status, code, message } =
        error instanceof Refusal
          ? error
          : { status: 500, code: 'InternalError', message: `the endpoint: ${(error as Error).stack}` };
      const inner = `<Error>${toXml({ Code: code, Message: message })}</Error>`;
      const id = `<RequestID>r-${this.calls.length}</RequestID>`;
      return {
        status,
        xml:
          action === 'GetCallerIdentity'
            ? `<ErrorResponse>${inner}</ErrorResponse>`
            : `<Response><Errors>${inner}</Errors>${id}</Response>`,
      };
    }
  }

  #ssm(target: string, body: string, response: ServerResponse): void {
    const action = target.split('.').at(-1) ?? '';
    this.calls.push({ action, params: new URLSearchParams() });
    const { Name } = JSON.parse(body) as { Name: string };
    const [, release, architecture] =
      /^\/aws\/service\/debian\/release\/(\d+)\/latest\/(\w+)$/.exec(Name) ?? [];
    const image = endpointImages
      .filter(
        (each) => each.owner !== '666666666666' && each.name.startsWith(`debian-${release}-${architecture}-`),
      )
      .at(-1);
    const type = { 'content-type': 'application/x-amz-json-1.1' };
    if (this.ssmRefusal !== undefined)
      response.writeHead(400, type).end(JSON.stringify({ __type: this.ssmRefusal }));
    else if (!this.isSsmOpen)
      response.writeHead(400, type).end(
        JSON.stringify({
          __type: 'AccessDeniedException',
          Message: 'not authorized to perform: ssm:GetParameter',
        }),
      );
    else if (image === undefined)
      response.writeHead(400, type).end(JSON.stringify({ __type: 'ParameterNotFound' }));
    else
      response
        .writeHead(200, type)
        .end(JSON.stringify({ Parameter: { Name, Type: 'String', Value: image.id, Version: 1 } }));
  }
}

function identityXml(account: string): string {
  const result = toXml({ Arn: `arn:aws:iam::${account}:user/deis`, UserId: 'AIDAEXAMPLE', Account: account });
  return (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">' +
    `<GetCallerIdentityResult>${result}</GetCallerIdentityResult>` +
    '</GetCallerIdentityResponse>'
  );
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
