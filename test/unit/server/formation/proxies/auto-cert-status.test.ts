import assert from 'node:assert/strict';
import { Secret } from '../../../../../base/secret.js';
import { statusOfNames, type KnownNames } from '../../../../../server/formation/proxies/auto-cert-status.js';
import type { AutoCertOrder } from '../../../../../server/store/app/certificates/auto-cert-store.js';
import type { CertRecord } from '../../../../../server/store/app/certificates/cert-store.js';
import type { OperationRecord } from '../../../../../server/store/operations/operation-store.js';

const now = new Date('2026-01-01T00:00:00Z');
const later = new Date('2026-02-01T00:00:00Z');

const cert = (more: Partial<CertRecord> = {}): CertRecord => ({
  id: 1,
  formationId: 1,
  name: 'auto-1',
  certificate: 'PEM',
  fingerprint: 'f',
  domains: ['www.example.com'],
  expiresAt: later,
  source: 'acme',
  createdAt: now,
  key: new Secret('key'),
  ...more,
});
const order = (more: Partial<AutoCertOrder> = {}): AutoCertOrder => ({
  id: 1,
  formationId: 1,
  name: 'auto-1',
  domains: ['www.example.com'],
  orderUrl: null,
  failures: 0,
  notBefore: null,
  isHeld: false,
  lastAttemptAt: null,
  lastError: null,
  renewAt: null,
  renewalBy: null,
  explanation: null,
  askRenewalAt: null,
  operationId: null,
  key: null,
  ...more,
});
const operation = (more: Partial<OperationRecord>): OperationRecord =>
  ({ id: 'op', state: 'running', finishedAt: null, ...more }) as OperationRecord;

describe('how far the certificate of a name is', () => {
  const of = (more: Partial<KnownNames>, name = 'www.example.com'): string => {
    const [status] = statusOfNames({
      domains: [name],
      certs: [],
      auto: { formationId: 1, accountId: 1, problems: {}, lookAt: now },
      orders: [order()],
      operations: [],
      now,
      ...more,
    });
    return [status!.state, status!.certificate ?? '-', status!.problem ?? '-'].join(' ');
  };
  const told = [order({ operationId: 'op' })];

  it('is waited for, served by a user, or cannot be ordered', () => {
    assert.equal(of({}), 'waiting - -');
    assert.equal(of({ certs: [cert({ source: 'manual', name: 'main' })] }), 'yours main -');
    assert.match(of({}, '*.example.com'), /^wildcard - a wildcard is ordered by a record in the DNS/);
    const wildcard = cert({ source: 'manual', name: 'wild', domains: ['*.example.com'] });
    assert.equal(of({ certs: [wildcard] }), 'yours wild -');
  });

  it('is on its way to the proxies until they all serve it', () => {
    const ended = (state: OperationRecord['state']): OperationRecord[] => [
      operation({ state, finishedAt: now }),
    ];
    assert.equal(of({ certs: [cert()], orders: told, operations: [operation({})] }), 'delivering auto-1 -');
    assert.equal(of({ certs: [cert()], orders: told, operations: ended('succeeded') }), 'serving auto-1 -');
    assert.equal(
      of({ certs: [cert()], orders: told, operations: ended('failed') }),
      'delivering auto-1 not all proxies took the certificate: deis ops:show op',
    );
    assert.equal(of({ certs: [cert()], orders: told }), 'serving auto-1 -', 'of an operation long gone');
  });

  it('fails with the sentence of the name, else of the order', () => {
    const problem = { problem: 'the reason', at: '', tries: 1, notBefore: later.toISOString() };
    const auto = { formationId: 1, accountId: 1, problems: { 'www.example.com': problem }, lookAt: now };
    assert.equal(of({ auto }), 'failing - the reason');
    assert.equal(of({ orders: [order({ lastError: 'the CA is away' })] }), 'failing - the CA is away');
    assert.equal(of({ certs: [cert()], auto }), 'serving auto-1 the reason', 'it serves on');
    assert.equal(of({ certs: [cert({ expiresAt: now })], auto }), 'failing - the reason');
    assert.equal(of({ certs: [cert({ source: 'generated' })] }), 'waiting - -');
  });
});
