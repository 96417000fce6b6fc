import assert from 'node:assert/strict';
import { controlPlane } from '../../../../server/compose/control-plane.js';
import { readSettings } from '../../../../server/settings/settings.js';

describe('what of the control plane builds do not reach on other hosts', () => {
  const settings = readSettings({
    DEIS_DATA_DIR: '/nonexistent',
    DATABASE_URL: 'postgres://deis:sentinel@192.0.2.1:5433,192.0.2.2/deis',
    DEIS_STORE: 's3://bucket/deis',
    DEIS_STORE_ENDPOINT: 'https://192.0.2.3:9000',
    DEIS_PUBLIC_URL: 'https://192.0.2.4',
    DEIS_PORT: '8000',
    DEIS_GIT_PORT: '2222',
    DEIS_NODE_URL: 'http://192.0.2.5:8001',
  });

  it('is the database, the store, the API, git and slugs', async () => {
    const places = (await controlPlane(settings)).map(({ address, port }) => `${address}:${port}`);
    assert.deepEqual(places.sort(), [
      '192.0.2.1:5433',
      '192.0.2.2:5432',
      '192.0.2.3:9000',
      '192.0.2.4:2222',
      '192.0.2.4:443',
      '192.0.2.4:8000',
      '192.0.2.5:8001',
    ]);
  });

  it('is not a registry at the same place, nor what is on this host alone', async () => {
    const places = await controlPlane(settings, ['https://192.0.2.4/npm/', undefined]);
    assert.ok(!places.some(({ address, port }) => address === '192.0.2.4' && port === 443));
    const alone = readSettings({ DEIS_DATA_DIR: '/nonexistent', DEIS_PUBLIC_URL: 'http://127.0.0.1:8000' });
    assert.deepEqual(await controlPlane(alone), []);
  });
});
