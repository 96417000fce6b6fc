import { noticeNothing } from '../../soak/notice.js';

describe('clients of two proxies', function () {
  it('notice nothing of other changes; `npm run soak -- notice` makes all of them for longer', async function () {
    this.timeout(300_000);
    await noticeNothing({
      perSecond: 50,
      acts: [
        'config:set',
        'a port that is closed to one proxy',
        'another container behind an address',
        'kill -9 of a backend',
        'domains, certs and settings',
        'proxy=1, 2',
      ],
      talk: (line) => console.log(`      ${line}`),
    });
  });
});
