import { z } from 'zod';
import { Conflict, UserError } from '../../../base/errors.js';
import { parseParams } from '../../parse-params.js';
import type {
  CloudNode,
  CredentialCheck,
  LaunchedNode,
  NodeLaunch,
  PreflightCheck,
  Provider,
} from '../../provider.js';

/** Annotated example of a static flavor's params: schema, help text and docs at once. */
export const staticParamsExample = `\
# Hosts that layers:scale may take; leave the list out and adopt each with deis nodes:create. Each runs sshd,
# lets the layer's user in with the layer's key (deis layers:list --json shows it) and lets that user sudo
# without a password.
hosts:
  - # Where the controller's SSH goes
    address: 203.0.113.21
    # Where the formation's other nodes reach it; without it the same address
    private_address: 10.0.0.21
    # Its SSH host key, read on the host itself: cat /etc/ssh/ssh_host_ed25519_key.pub
    host_key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleExam
`;

const address = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.:-]*$/, 'must be an address or a host name');
const host = z.strictObject({
  address,
  private_address: address.optional(),
  host_key: z
    .string()
    .regex(
      /^(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)|ssh-rsa) [A-Za-z0-9+/]+={0,2}( .*)?$/,
      'must be a public host key like ssh-ed25519 AAAA...',
    ),
});
const schema = z.strictObject({ hosts: z.array(host).default([]) });

/**
 * Hosts that exist already. A launch takes the first host that no node has; a termination leaves the machine
 * as it is.
 */
export class StaticProvider implements Provider {
  readonly type = 'static';
  readonly region = '';
  readonly paramsExample = staticParamsExample;
  readonly needsAdmin = false;
  readonly givesHost = false;
  readonly keepsUserData = false;
  readonly isElsewhere = true;

  parseParams(params: unknown): z.infer<typeof schema> {
    const parsed = parseParams(schema, params);
    const addresses = parsed.hosts.map((each) => each.address);
    const twice = addresses.find((each, at) => addresses.indexOf(each) !== at);
    if (twice !== undefined)
      throw new UserError(`params.hosts names ${twice} twice: name each host once`, {
        field: 'params.hosts',
      });
    return parsed;
  }

  async checkCredentials(): Promise<CredentialCheck> {
    return { summary: 'hosts that exist already, reached by SSH' };
  }

  /** Whether the layer is let in can be tried only with the layer's key: layers:scale says so. */
  async preflight(params: Readonly<Record<string, unknown>>): Promise<PreflightCheck[]> {
    return [
      {
        what: 'hosts',
        ok: true,
        detail:
          this.parseParams(params)
            .hosts.map((each) => each.address)
            .join(', ') || 'none named: deis nodes:create adopts them',
      },
    ];
  }

  countFree(params: Readonly<Record<string, unknown>>, taken: readonly string[]): number {
    return this.#free(params, taken).length;
  }

  async createLayer(): Promise<void> {}

  async destroyLayer(): Promise<void> {}

  async launchNode(launch: NodeLaunch, onCloudId: (cloudId: string) => Promise<void>): Promise<LaunchedNode> {
    const { hosts } = this.parseParams(launch.params);
    const [free] = this.#free(launch.params, launch.taken);
    if (free === undefined) {
      const why =
        hosts.length === 0 ? 'the flavor names none' : `all ${hosts.length} of the flavor are nodes already`;
      throw new Conflict(
        `no host is free for ${launch.name}: ${why}; ` +
          `adopt one with \`deis nodes:create ADDRESS --layer=${launch.layer}\``,
      );
    }
    await onCloudId(free.address);
    return {
      cloudId: free.address,
      address: free.address,
      privateAddress: free.private_address ?? free.address,
      hostPublicKey: free.host_key.split(' ').slice(0, 2).join(' '),
    };
  }

  #free(params: Readonly<Record<string, unknown>>, taken: readonly string[]): z.infer<typeof host>[] {
    return this.parseParams(params).hosts.filter(({ address: each }) => !taken.includes(each));
  }

  async terminateNode(): Promise<void> {}

  /** The database alone knows which hosts are nodes. */
  async listNodes(): Promise<CloudNode[]> {
    return [];
  }

  /** Unknown from here: DEIS_NODE_URL names the address under which hosts reach the controller. */
  async controllerAddresses(): Promise<string[]> {
    return [];
  }
}
