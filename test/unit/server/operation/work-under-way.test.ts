import assert from 'node:assert/strict';
import { WorkUnderWay } from '../../../../server/operation/work-under-way.js';

describe('work under way', () => {
  it('says what has taken longest, and how many more places are at work', () => {
    const work = new WorkUnderWay();
    assert.deepEqual(work.said, {});
    work.note('shop-runtime-1', 'package[docker.io]');
    assert.deepEqual(work.said, { doing: 'shop-runtime-1: package[docker.io]' });
    work.note('shop-runtime-2', 'file[/etc/motd]');
    work.note('shop-runtime-3', 'service[docker]');
    assert.deepEqual(work.said, { doing: 'shop-runtime-1: package[docker.io], and 2 more' });
    work.note('shop-runtime-1', 'service[docker]');
    assert.deepEqual(
      work.said,
      { doing: 'shop-runtime-2: file[/etc/motd], and 2 more' },
      'the others began before',
    );
    work.note('shop-runtime-2', undefined);
    work.note('shop-runtime-3', undefined);
    assert.deepEqual(work.said, { doing: 'shop-runtime-1: service[docker]' });
    work.clear();
    assert.deepEqual(work.said, {});
  });
});
