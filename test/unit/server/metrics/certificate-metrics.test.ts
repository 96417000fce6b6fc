import assert from 'node:assert/strict';
import { Registry } from 'prom-client';
import { newEcKey } from '../../../../server/certificates/ec-key.js';
import { selfSigned } from '../../../../server/certificates/self-signed.js';
import { certificateMetrics, type SeenCertificate } from '../../../../server/metrics/certificate-metrics.js';

describe('the metrics of the certificate of the API', () => {
  const until = new Date('2027-01-01T00:00:00Z');
  const valuesOf = async (page: Promise<string>): Promise<string[]> =>
    (await page).split('\n').filter((line) => /^deis/.test(line));

  it('tell what is shown at each look, and nothing of plain HTTP', async () => {
    const registry = new Registry();
    let seen: SeenCertificate = { chain: undefined, failures: 0 };
    certificateMetrics(registry, () => seen);
    assert.deepEqual(await valuesOf(registry.metrics()), []);
    const chain = selfSigned(['deis.example.com'], newEcKey(), new Date('2026-01-01'), until);
    seen = { chain: Buffer.from(chain), failures: 3 };
    assert.deepEqual(await valuesOf(registry.metrics()), [
      `deis_api_certificate_expiry_timestamp_seconds ${until.getTime() / 1000}`,
      'deis_api_certificate_self_signed 1',
      'deis_api_certificate_failures 3',
    ]);
  });
});
