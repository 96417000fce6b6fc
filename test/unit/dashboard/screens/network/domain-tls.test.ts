import assert from 'node:assert/strict';
import type { AutoCertificates, Certificate } from '../../../../../dashboard/api/types.js';
import { domainsWithTls, endMood } from '../../../../../dashboard/screens/network/domain-tls.js';

const domains = (...names: string[]) => names.map((domain) => ({ domain, created_at: '' }));
const cert = (id: string, ...names: string[]): Certificate => ({ id, domains: names }) as Certificate;
const off: AutoCertificates = { enabled: false, ca: 'ca.example', names: [] };

describe('the TLS of domains', () => {
  it('is what the controller says of those that it orders for', () => {
    const name = { name: 'a.example', state: 'failing', certificate: null, problem: 'no DNS' } as const;
    const auto = { ...off, enabled: true, names: [{ ...name, next_attempt_at: null }] };
    assert.deepEqual(domainsWithTls(domains('a.example'), [], auto), [
      { domain: 'a.example', state: 'failing', certificate: null, problem: 'no DNS' },
    ]);
  });

  it('is else by the certificate with its name, where a star is one label', () => {
    const certs = [
      cert('star', '*.example.com'),
      { ...cert('one', 'example.org'), source: 'generated' } as const,
    ];
    const found = domainsWithTls(
      domains('www.example.com', 'a.b.example.com', 'example.com', 'example.org', '*.example.com'),
      certs,
      off,
    );
    assert.deepEqual(
      found.map(({ certificate, state }) => [certificate, state]),
      [
        ['star', 'yours'],
        [null, 'without TLS'],
        [null, 'without TLS'],
        ['one', 'signed by itself'],
        ['star', 'yours'],
      ],
    );
  });

  it('warns of ends three weeks and one week before', () => {
    const now = Date.parse('2026-11-29T00:00:00Z');
    const inDays = (days: number): string => new Date(now + days * 86_400_000).toISOString();
    assert.deepEqual(
      [-1, 6.9, 7, 20.9, 21].map((days) => endMood(inDays(days), now)),
      ['bad', 'bad', 'busy', 'busy', 'good'],
    );
  });
});
