import assert from 'node:assert/strict';
import { whileDatabaseIsAway } from '../../../../server/operation/while-database-is-away.js';

describe('while the database is away', () => {
  const failing = (code: string): { readonly asked: () => number; readonly write: () => Promise<string> } => {
    let asked = 0;
    const write = async (): Promise<string> => {
      asked += 1;
      if (asked === 1) throw Object.assign(new Error('as told'), { code });
      return 'written';
    };
    return { asked: () => asked, write };
  };

  it('it writes again, whatever tells of that', async () => {
    const codes = ['57P01', '53300', '25006', 'ECONNRESET', 'EPIPE'];
    const written = codes.map(async (code) => {
      const { asked, write } = failing(code);
      assert.equal(await whileDatabaseIsAway(write, 5000), 'written', code);
      assert.equal(asked(), 2, code);
    });
    await Promise.all(written);
  });

  it('a refusal is thrown at once', async () => {
    const { asked, write } = failing('23505');
    await assert.rejects(whileDatabaseIsAway(write, 5000), { code: '23505' });
    assert.equal(asked(), 1);
  });
});
