import assert from 'node:assert/strict';
import { SharedLook } from '../../../../../server/formation/logs/shared-look.js';

describe('SharedLook', () => {
  let now = 0;
  let looks: string[];
  let answer: (key: string) => Promise<string>;
  let shared: SharedLook<string, string>;
  beforeEach(() => {
    now = 0;
    looks = [];
    answer = (key) => Promise.resolve(`${key} at ${now}`);
    const look = (key: string): Promise<string> => {
      looks.push(key);
      return answer(key);
    };
    shared = new SharedLook(look, 400, () => now);
  });

  it('looks once for fifty who ask within its time, and again afterwards', async () => {
    const all = await Promise.all(Array.from({ length: 50 }, () => shared.at('a')));
    assert.deepEqual([new Set(all).size, looks], [1, ['a']]);
    now = 399;
    assert.equal(await shared.at('a'), 'a at 0');
    now = 400;
    assert.equal(await shared.at('a'), 'a at 400');
    assert.deepEqual(looks, ['a', 'a']);
  });

  it('keeps things apart, and forgets those that nobody asks about any more', async () => {
    for (let num = 0; num < 100; num += 1) await shared.at(`f${num}`);
    assert.equal(shared.size, 100);
    now = 1000;
    await shared.at('last');
    assert.equal(shared.size, 1);
  });

  it('fails for those who share a look that fails, and not for the next', async () => {
    answer = () => Promise.reject(new Error('no database'));
    const both = await Promise.allSettled([shared.at('a'), shared.at('a')]);
    assert.deepEqual(
      both.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    answer = (key) => Promise.resolve(key);
    now = 400;
    assert.equal(await shared.at('a'), 'a');
  });
});
