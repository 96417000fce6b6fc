import assert from 'node:assert/strict';
import { describeCertificate } from '../../../../../server/commands/keys/certificate.js';
import type { ApiCertificateState } from '../../../../../server/store/app/certificates/api-certificate-store.js';

describe('describeCertificate', () => {
  const at = (day: number): Date => new Date(Date.UTC(2026, 0, day));
  const state: ApiCertificateState = {
    domain: 'deis.example.com',
    directory: 'https://ca.test/directory',
    certificate: null,
    fingerprint: null,
    expiresAt: null,
    orderUrl: null,
    failures: 0,
    setback: null,
    notBefore: null,
    lastAttemptAt: null,
    lastError: null,
    renewAt: null,
    renewalBy: null,
    explanation: null,
    askRenewalAt: null,
  };
  const none = 'certificate of deis.example.com: none yet, the API shows one signed by itself';

  it('tells that there is none, and what the CA said', () => {
    assert.deepEqual(describeCertificate('deis.example.com', undefined), [none, '  last attempt: none']);
    const refused = { lastError: 'deis.example.com: no. The CA says: nothing there.', setback: 'refused' };
    assert.deepEqual(
      describeCertificate('deis.example.com', {
        ...state,
        ...refused,
        lastAttemptAt: at(1),
        notBefore: at(2),
      }),
      [
        none,
        '  last attempt: 2026-01-01T00:00:00.000Z',
        '  last error: deis.example.com: no. The CA says: nothing there.',
        '  next attempt: 2026-01-02T00:00:00.000Z',
      ],
    );
  });

  it('tells until when it is good, when it is renewed, and who says so', () =>
    assert.deepEqual(
      describeCertificate('deis.example.com', {
        ...state,
        expiresAt: at(30),
        renewAt: at(20),
        renewalBy: 'ca',
        lastAttemptAt: at(1),
      }),
      [
        'certificate of deis.example.com: good until 2026-01-30T00:00:00.000Z',
        '  renewal: 2026-01-20T00:00:00.000Z, as its CA says',
        '  last attempt: 2026-01-01T00:00:00.000Z',
      ],
    ));

  it('tells that it is renewed for the CA has changed', () => {
    const lines = describeCertificate('deis.example.com', { ...state, expiresAt: at(30), renewAt: at(2) });
    assert.ok(
      lines.includes('  renewal: 2026-01-02T00:00:00.000Z, for it is of another CA'),
      lines.join('\n'),
    );
  });
});
