import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { Secret } from '../../../../base/secret.js';
import type { HookBody } from '../../../../server/alerts/hook-event.js';
import { MailSender, type MailServer } from '../../../../server/alerts/mail-sender.js';
import { makeCertificate } from '../../../support/server/make-certificate.js';
import { MailReceiver } from '../../../support/server/mail-receiver.js';

const { signal } = new AbortController();
const body: HookBody = {
  id: '7d9f7c5e-0f7e-4a3c-9d57-0f1f7e3b2a11',
  event: 'alert.fired',
  at: '2026-11-29T12:00:00.000Z',
  formation: 'shop',
  text: 'Alert (shop): web.1 uses 93 % of its memory limit',
  alert: {
    kind: 'memory',
    subject: 'web.1',
    detail: 'web.1 uses 93 % of its memory limit',
    since: '2026-11-29T12:00:00.000Z',
    resolved_at: null,
  },
};
const password = 'sentinel/of+mail';

describe('sending mails', function () {
  this.timeout(30_000);
  const { certificate: cert, key } = makeCertificate(['localhost']);
  const opened: MailReceiver[] = [];
  const receiver = async (...given: ConstructorParameters<typeof MailReceiver>): Promise<MailReceiver> => {
    const made = new MailReceiver(...given);
    await made.listen();
    opened.push(made);
    return made;
  };
  afterEach(async () => void (await Promise.all(opened.splice(0).map((each) => each.close()))));

  const send = (
    { port }: { readonly port: number },
    { tls, login = '', ca = cert }: { tls: MailServer['tls']; login?: string; ca?: string },
    within = signal,
  ) => {
    const url = new Secret(`${tls === 'whole' ? 'smtps' : 'smtp'}://${login}localhost:${port}`);
    const sender = new MailSender({ url, from: 'deis@example.com', tls }, async () => [ca]);
    return sender.send('on-call@example.com', { id: body.id, body, signal: within });
  };
  const login = `deis:${encodeURIComponent(password)}@`;

  it('hands a mail in, in plain text, that machines do not answer', async () => {
    const server = await receiver();
    assert.deepEqual(await send(server, { tls: 'none' }), { status: 250, error: null });
    const [mail] = server.received;
    assert.deepEqual(
      [mail?.from, mail?.to, mail?.isSecure],
      ['deis@example.com', ['on-call@example.com'], false],
    );
    for (const line of [
      /^From: deis@example\.com$/m,
      /^To: on-call@example\.com$/m,
      /^Subject: \[deis\] shop: web\.1 uses 93 % of its memory limit$/m,
      /^Auto-Submitted: auto-generated$/m,
      /^Message-ID: <7d9f7c5e-0f7e-4a3c-9d57-0f1f7e3b2a11@example\.com>$/im,
      /^Content-Type: text\/plain/m,
      /^Look: {2}deis metrics -f shop --since=1h$/m,
    ])
      assert.match(mail!.source.replaceAll('\r', ''), line);
  });

  it('logs in over TLS, begun on the connection or from its first byte', async () => {
    for (const [tls, secure] of [
      ['begin', false],
      ['whole', true],
    ] as const) {
      const server = await receiver({ secure, cert, key }, password);
      assert.deepEqual(await send(server, { tls, login }), { status: 250, error: null }, tls);
      const [mail] = server.received;
      assert.deepEqual([mail?.isSecure, mail?.user, server.logins], [true, 'deis', ['deis']], tls);
    }
  });

  it('sends nothing, and no password, where TLS does not begin or the certificate is not right', async () => {
    const plain = await receiver({ disabledCommands: ['STARTTLS'], allowInsecureAuth: true }, password);
    const without = await send(plain, { tls: 'begin', login });
    assert.match(without.error ?? '', /STARTTLS/i);
    const other = await receiver({ cert, key }, password);
    const unknown = await send(other, {
      tls: 'begin',
      login,
      ca: makeCertificate(['localhost']).certificate,
    });
    assert.match(unknown.error ?? '', /certificate/i);
    for (const server of [plain, other]) assert.deepEqual([server.logins, server.received], [[], []]);
  });

  it('says what the server refused, and never the password that the server says', async () => {
    const server = await receiver({ cert, key }, password);
    server.refuse = { code: 550, text: 'no such mailbox' };
    const refused = await send(server, { tls: 'begin', login });
    assert.equal(refused.status, 550);
    assert.match(refused.error ?? '', /no such mailbox/);
    server.refuse = { code: 451, text: 'later' };
    assert.equal((await send(server, { tls: 'begin', login })).status, 451);
    const wrong = await receiver({ cert, key }, 'another');
    const denied = await send(wrong, { tls: 'begin', login });
    assert.equal(denied.status, 535);
    assert.match(denied.error ?? '', /\[redacted\] is not the password/);
    assert.deepEqual([server.received, wrong.received], [[], []]);
  });

  it('says that nobody is there, and gives up a server that says nothing when it is told to', async () => {
    const server = createServer(() => undefined);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    const gone = new AbortController();
    const sending = send({ port }, { tls: 'none' }, gone.signal);
    server.once('connection', () => gone.abort(new Error('the controller stops')));
    await assert.rejects(sending, /the controller stops/);
    await new Promise<void>((done) => server.close(() => done()));
    const { status, error } = await send({ port }, { tls: 'none' });
    assert.equal(status, null);
    assert.match(error ?? '', /ECONNREFUSED/);
  });
});
