import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import ssh2 from 'ssh2';
import type { AuthContext, Connection, ServerChannel } from 'ssh2';
import { generateSshKeyPair } from '../../../provisioner/ssh/host-key.js';
import type { SshKeyPair } from '../../../provisioner/ssh/host-key.js';
import type { SshTarget } from '../../../provisioner/ssh/transport.js';

export interface ServerExec {
  readonly command: string;
  readonly channel: ServerChannel;
  readonly pty: { rows: number; cols: number; term: string } | undefined;
  /** Signals and window sizes that arrive while it runs. */
  readonly onSignal: (listener: (name: string) => void) => void;
  readonly onResize: (listener: (size: { rows: number; cols: number }) => void) => void;
}

export interface SshServerScript {
  readonly onExec?: (exec: ServerExec) => void;
  /** Called for each TCP connection, with its number from 1; true: the script has taken it over. */
  readonly onSocket?: (socket: Socket, number: number) => boolean;
  /** Overrides the check of the user's key. */
  readonly mayEnter?: () => boolean;
}

/** An SSH server inside the test's process, scripted for each command. */
export interface SshServer {
  readonly hostKey: SshKeyPair;
  /** TCP connections so far. */
  readonly accepted: number;
  target(changes?: Partial<SshTarget>): SshTarget;
  /** Resets all connections. */
  cut(): void;
  close(): Promise<void>;
}

/** One client key for all servers of a test run: making keys is the slow part. */
const userKey = generateSshKeyPair();

export async function startSshServer(script: SshServerScript = {}): Promise<SshServer> {
  const hostKey = generateSshKeyPair();
  const sockets = new Set<Socket>();
  let accepted = 0;
  const ssh = new ssh2.Server({ hostKeys: [hostKey.privateKey.reveal()] }, (connection) =>
    serve(connection, script),
  );
  const tcp = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
    accepted += 1;
    if (!script.onSocket?.(socket, accepted)) ssh.injectSocket(socket);
  });
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
  const { port } = tcp.address() as AddressInfo;
  const cut = (): void => sockets.forEach((socket) => socket.resetAndDestroy());
  return {
    hostKey,
    get accepted() {
      return accepted;
    },
    target: (changes = {}) => ({
      name: 'node-1',
      address: '127.0.0.1',
      port,
      username: 'deis',
      privateKey: userKey.privateKey,
      hostKeys: [hostKey.publicKey],
      ...changes,
    }),
    cut,
    close: async () => {
      cut();
      await new Promise((resolve) => tcp.close(resolve));
    },
  };
}

function serve(connection: Connection, script: SshServerScript): void {
  connection.on('error', () => undefined);
  connection.on('authentication', (context) => {
    if (isAllowed(context) && (script.mayEnter?.() ?? true)) context.accept();
    else context.reject(['publickey']);
  });
  connection.on('session', (acceptSession) => {
    const session = acceptSession();
    let pty: ServerExec['pty'];
    const signals: ((name: string) => void)[] = [];
    const resizes: ((size: { rows: number; cols: number }) => void)[] = [];
    session.on('pty', (accept, _reject, info) => {
      pty = { rows: info.rows, cols: info.cols, term: 'term' in info ? String(info.term) : '' };
      accept();
    });
    session.on('signal', (accept, _reject, info) => {
      accept?.();
      signals.forEach((listener) => listener(info.name));
    });
    session.on('window-change', (accept, _reject, info) => {
      accept?.();
      resizes.forEach((listener) => listener({ rows: info.rows, cols: info.cols }));
    });
    session.on('exec', (accept, _reject, info) => {
      const channel = accept();
      channel.on('error', () => undefined);
      const exec: ServerExec = {
        command: info.command,
        channel,
        pty,
        onSignal: (listener) => signals.push(listener),
        onResize: (listener) => resizes.push(listener),
      };
      (script.onExec ?? succeed)(exec);
    });
  });
}

function isAllowed(context: AuthContext): boolean {
  const expected = ssh2.utils.parseKey(userKey.publicKey);
  return (
    context.method === 'publickey' &&
    !(expected instanceof Error) &&
    context.key.data.equals(expected.getPublicSSH())
  );
}

function succeed({ channel }: ServerExec): void {
  channel.exit(0);
  channel.end();
}
