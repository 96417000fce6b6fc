import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HookBody } from '../../../../../server/alerts/hook-event.js';
import { mailSender } from '../../../../../server/compose/jobs/tell-of-alerts.js';
import { readSettings } from '../../../../../server/settings/settings.js';
import { MailReceiver } from '../../../../support/server/mail-receiver.js';
import { makeCertificate } from '../../../../support/server/make-certificate.js';

const body: HookBody = {
  id: '7d9f7c5e-0f7e-4a3c-9d57-0f1f7e3b2a11',
  event: 'alert.test',
  at: '2026-11-29T12:00:00.000Z',
  formation: 'shop',
  text: 'A test',
  alert: {
    kind: 'memory',
    subject: 'web.1',
    detail: 'a test',
    since: '2026-11-29T12:00:00.000Z',
    resolved_at: null,
  },
};

describe('mails of alerts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'deis-mails-'));
  after(() => rmSync(folder, { recursive: true }));

  it('are handed in at a server of an authority of the operator, and at no other', async () => {
    const { certificate: cert, key } = makeCertificate(['localhost']);
    const server = new MailReceiver({ secure: true, cert, key });
    await server.listen();
    const authorities = join(folder, 'authorities.pem');
    const send = (authority: string) => {
      writeFileSync(authorities, authority);
      const settings = readSettings({
        DEIS_SMTP_URL: `smtps://localhost:${server.port}`,
        DEIS_SMTP_FROM: 'deis@example.com',
        DEIS_CA_BUNDLE: authorities,
      });
      const { signal } = new AbortController();
      return mailSender(settings)!.send('on-call@example.com', { id: body.id, body, signal });
    };
    try {
      assert.match((await send(makeCertificate(['localhost']).certificate)).error ?? '', /certificate/);
      assert.deepEqual(await send(cert), { status: 250, error: null });
      assert.deepEqual(
        server.received.map(({ isSecure }) => isSecure),
        [true],
      );
    } finally {
      await server.close();
    }
  });

  it('are none where no server is named', () => assert.equal(mailSender(readSettings({})), undefined));
});
