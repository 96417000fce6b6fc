import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A mail as a server took it. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly isSecure: boolean;
  readonly user: string | undefined;
  readonly source: string;
}

/** A mail server on loopback. It takes what it is sent, unless `refuse` says what it answers to an address instead. */
export class MailReceiver {
  readonly received: ReceivedMail[] = [];
  /** Tries to log in, wrong ones too. */
  readonly logins: string[] = [];
  refuse: { readonly code: number; readonly text: string } | undefined;
  readonly #server: SMTPServer;

  constructor(options: SMTPServerOptions = {}, password?: string) {
    this.#server = new SMTPServer({
      authOptional: password === undefined,
      disableReverseLookup: true,
      closeTimeout: 100,
      // Without a certificate of the test's the server has no TLS.
      disabledCommands: options.cert === undefined ? ['STARTTLS'] : [],
      ...options,
      onAuth: ({ username = '', password: given = '' }, _session, done) => {
        this.logins.push(username);
        done(given === password ? null : new Error(`${given} is not the password`), { user: username });
      },
      onRcptTo: (_address, _session, done) =>
        done(this.refuse && Object.assign(new Error(this.refuse.text), { responseCode: this.refuse.code })),
      onData: (stream, { envelope, secure, user }, done) =>
        void text(stream).then((source) => {
          const { mailFrom, rcptTo } = envelope;
          this.received.push({
            from: mailFrom === false ? '' : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            isSecure: secure,
            user: user === undefined ? undefined : String(user),
            source,
          });
          done();
        }, done),
    });
    this.#server.on('error', () => undefined); // a client that goes away is what some tests are about
  }

  async listen(): Promise<void> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
  }

  get port(): number {
    return (this.#server.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    await new Promise<void>((done) => this.#server.close(done));
  }
}
