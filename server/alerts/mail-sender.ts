import { once } from 'node:events';
import { connect } from 'node:net';
import { createTransport } from 'nodemailer';
import { messageOf } from '../../base/errors.js';
import type { Secret } from '../../base/secret.js';
import { unlessAborted } from '../../base/unless-aborted.js';
import { alertMail } from './alert-mail.js';
import type { HookBody } from './hook-event.js';
import type { Sent } from './hook-sender.js';

/** A mail takes so long at most, from the connection to the server's word that it has it. */
const mailMs = 30_000;
/** The server says nothing for so long at most. */
const silentMs = 10_000;
const maxErrorLength = 300;
const ports = { whole: 465, begin: 587, none: 25 } as const;

/** Where mails are handed in. */
export interface MailServer {
  /** `smtp[s]://[USER:PASSWORD@]HOST[:PORT]` */
  readonly url: Secret;
  readonly from: string;
  /** Whole: from the first byte on. Begin: a connection without it hands nothing in, no password either. */
  readonly tls: 'whole' | 'begin' | 'none';
}

/** Hands mails in at a server of the operator's, a connection each. */
export class MailSender {
  /** @param authorities PEM of those that may speak for the server, read for each mail */
  constructor(
    private readonly server: MailServer,
    private readonly authorities: () => Promise<string[]>,
  ) {}

  /**
   * Tells an address of an alert. The status is that of SMTP: 250 when the server has it. Never throws for what the
   * other side does; an error holds nothing of the URL but its host. @param id the same at each attempt
   */
  async send(to: string, { id, body, signal }: MailMessage): Promise<Sent> {
    const within = AbortSignal.any([signal, AbortSignal.timeout(mailMs)]);
    try {
      return {
        status: statusIn(await unlessAborted(within, this.#handIn(to, id, body, within))),
        error: null,
      };
    } catch (error) {
      signal.throwIfAborted();
      const { responseCode } = error as { readonly responseCode?: number };
      return {
        status: responseCode ?? null,
        error: this.#withoutSecrets(messageOf(error)).slice(0, maxErrorLength),
      };
    }
  }

  /** Resolves to the server's answer. */
  async #handIn(to: string, id: string, body: HookBody, signal: AbortSignal): Promise<string> {
    const { from, tls } = this.server;
    const { host, port, auth } = this.#access();
    const ca = tls === 'none' ? [] : await this.authorities();
    const socket = connect({ host, port, signal });
    try {
      await once(socket, 'connect', { signal });
      const transport = createTransport({
        host,
        port,
        ...(auth === undefined ? {} : { auth }),
        connection: socket,
        secure: tls === 'whole',
        requireTLS: tls === 'begin',
        ignoreTLS: tls === 'none',
        tls: { ca },
        greetingTimeout: silentMs,
        socketTimeout: silentMs,
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      const { response } = await transport.sendMail({
        from,
        to,
        ...alertMail(body),
        messageId: `<${id}@${from.split('@')[1]}>`,
        headers: { 'Auto-Submitted': 'auto-generated', 'Deis-Event': body.event, 'Deis-Delivery': id },
      });
      return response;
    } finally {
      socket.destroy();
    }
  }

  #access() {
    const { hostname, port, username, password } = new URL(this.server.url.reveal());
    return {
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? ports[this.server.tls] : Number(port),
      auth:
        username === ''
          ? undefined
          : { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
    };
  }

  /** A server may say what it was told. */
  #withoutSecrets(text: string): string {
    const { auth } = this.#access();
    if (auth === undefined) return text;
    const plain = Buffer.from(`\0${auth.user}\0${auth.pass}`).toString('base64');
    return [auth.pass, Buffer.from(auth.pass).toString('base64'), plain].reduce(
      (left, secret) => left.replaceAll(secret, '[redacted]'),
      text,
    );
  }
}

export interface MailMessage {
  readonly id: string;
  readonly body: HookBody;
  readonly signal: AbortSignal;
}

function statusIn(answer: string): number | null {
  const [, code] = /^(\d{3})\b/.exec(answer) ?? [];
  return code === undefined ? null : Number(code);
}
