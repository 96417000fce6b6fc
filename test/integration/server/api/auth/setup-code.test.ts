import assert from 'node:assert/strict';
import { pino } from 'pino';
import { makeSetupCode } from '../../../../../server/api/auth/setup-code.js';
import { ApiHarness } from '../../../../support/server/api-harness.js';

describe('the setup code', function () {
  this.timeout(30_000);
  let api: ApiHarness;
  before(async () => (api = await ApiHarness.start()));
  after(() => api.close());

  it('is made and logged once while nobody has registered and others can connect', async () => {
    const lines: string[] = [];
    const log = pino({}, { write: (line: string) => void lines.push(line) });
    const { stores } = api.parts;
    assert.equal(await makeSetupCode({ bind: '127.0.0.1' }, stores, log), null);
    assert.equal(await makeSetupCode({ bind: '::1', publicUrl: 'http://[::1]:8000' }, stores, log), null);
    const code = await makeSetupCode({ bind: '0.0.0.0' }, stores, log);
    assert.ok(code !== null && code.length >= 40);
    assert.equal(lines.length, 1);
    assert.ok(lines[0]!.includes(code));
    assert.equal(
      await makeSetupCode({ bind: '127.0.0.1', publicUrl: 'https://deis.example.com' }, stores, log),
      code,
      'behind a proxy strangers reach it too, by whichever controller of this database',
    );
    await api.register('ada');
    assert.equal(await makeSetupCode({ bind: '0.0.0.0' }, stores, log), null);
  });
});
