import assert from 'node:assert/strict';
import { Secret } from '../../../../../../base/secret.js';
import { ownStep } from '../../../../../../server/acme/decisions/own-certificate.js';
import { createTestDatabase, type TestDatabase } from '../../../../../support/server/database.js';

const day = 86_400_000;
const domain = 'deis.example.com';
const [ca, other] = ['https://ca.test/directory', 'https://other.test/directory'];

describe('ApiCertificateStore', function () {
  this.timeout(20_000);
  let db: TestDatabase;
  const store = () => db.stores.apiCertificates;
  const [from, until, renewAt] = [-1, 89, 59].map((days) => new Date(Date.now() + days * day)) as [
    Date,
    Date,
    Date,
  ];

  before(async () => {
    db = await createTestDatabase();
    await store().keep(domain, ca);
    await store().replace(
      domain,
      { certificate: 'pem', key: new Secret('key'), fingerprint: 'ab', expiresAt: until },
      { renewAt, renewalBy: 'ca', explanation: null, askRenewalAt: renewAt, notBefore: null },
    );
  });
  after(() => db.close());

  it('has a certificate of another CA renewed at once, and asks that CA nothing of it before', async () => {
    const step = (kept: Awaited<ReturnType<ReturnType<typeof store>['keep']>>) =>
      ownStep({ ...kept, current: { from, until } }, new Date(Date.now() + 1000));
    assert.equal(step(await store().keep(domain, ca)), undefined);
    const kept = await store().keep(domain, other);
    assert.equal(step(kept), 'order');
    assert.deepEqual(
      [kept.fingerprint, kept.renewalBy, kept.askRenewalAt],
      ['ab', null, until],
      'and shows what it has until then',
    );
  });

  it('knows which one the API shows', async () => {
    assert.equal((await store().inUse())?.domain, domain);
    await store().use('next.example.com');
    assert.equal(await store().inUse(), undefined);
    await store().keep('next.example.com', other);
    assert.equal((await store().inUse())?.domain, 'next.example.com');
    await store().use(undefined);
    assert.equal(await store().inUse(), undefined);
    assert.ok((await store().keep(domain, other)).inUse, 'one controller still shows it');
    assert.equal((await store().inUse())?.fingerprint, 'ab');
  });
});
