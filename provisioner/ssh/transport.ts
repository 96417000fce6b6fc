import type { Secret } from '../../base/secret.js';

/** How to reach and recognise one machine over SSH. */
export interface SshTarget {
  /** The node's name, for messages. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly username: string;
  /** OpenSSH private key. */
  readonly privateKey: Secret;
  /** Accepted host keys, OpenSSH public form `ssh-ed25519 AAAA...`. Any other key is refused. Never empty. */
  readonly hostKeys: readonly string[];
}

export interface ExecRequest {
  /** Argument vector; quoted in one place (`shell-quote.ts`). Never holds a secret: it shows in `ps`. */
  readonly command: readonly string[];
  /** Bytes for stdin, then EOF. Absent: stdin closes at once. */
  readonly stdin?: Secret | string | NodeJS.ReadableStream;
  readonly onStdout?: (chunk: Buffer) => void;
  readonly onStderr?: (chunk: Buffer) => void;
  /** Bytes of stdout that are collected, 1 MiB unless said: beyond them the command is given up. */
  readonly maxStdout?: number;
  /**
   * Milliseconds until the exec is given up with a RemoteFailure. Given up, a command is killed if its stdin
   * is open, and else may go on until it writes.
   */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
  /** A pseudo terminal of this size. */
  readonly pty?: { readonly rows: number; readonly columns: number; readonly term: string };
  /** Called once, when the remote side has accepted the command. */
  readonly onStart?: (control: ExecControl) => void;
}

/**
 * What can be done to a command while it runs and its stdin is open (a stream that has not ended); nothing
 * happens afterwards.
 */
export interface ExecControl {
  /**
   * A signal's name without SIG: `INT`, `TERM`, `HUP`. Reaches only processes of the user that SSH entered
   * as.
   */
  signal(name: string): void;
  resize(rows: number, columns: number): void;
}

export interface ExecResult {
  readonly exitCode: number;
  /** UTF-8; empty when `onStdout` was given: what streams is not collected. */
  readonly stdout: string;
  /** UTF-8, its last 64 KiB. */
  readonly stderr: string;
}

/** One SSH connection to one node. */
export interface Connection {
  readonly target: SshTarget;
  /** False once closed or lost; a lost connection does not come back. */
  readonly isOpen: boolean;
  /** Resolves when it is closed or lost. */
  readonly closed: Promise<void>;
  /**
   * Resolves on exit 0. @throws RemoteFailure on any other exit, signal, deadline or lost connection, and when
   * it prints more than is collected.
   */
  exec(request: ExecRequest): Promise<ExecResult>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  /** Milliseconds for all attempts together. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
  /** Told of each attempt that failed before another is made. */
  readonly onRetry?: () => void;
}

/** Opens connections: the node-ssh transport for real, the recording transport for why-run and tests. */
export interface Transport {
  /**
   * Retries with jitter until `deadlineMs`; a wrong host key or refused user key fails at once. @throws
   * RemoteFailure
   */
  connect(target: SshTarget, options: ConnectOptions): Promise<Connection>;
}
