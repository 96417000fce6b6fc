import assert from 'node:assert/strict';
import { npmRegistry } from '../../../quickstart/reachable.js';

describe("the quickstart's npm registry", () => {
  it('is what the setting names, else what npm tells those that it runs', async () => {
    const told = { npm_config_registry: 'https://npm.example/' };
    assert.equal(await npmRegistry(told), 'https://npm.example/');
    assert.equal(
      await npmRegistry({ ...told, DEIS_NPM_REGISTRY: 'https://own.example/' }),
      'https://own.example/',
    );
  });
});
