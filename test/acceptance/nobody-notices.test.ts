import { LiveFormation } from '../../bench/live-formation.js';
import { noticeNothing } from '../../soak/notice.js';
import { killOften } from '../../soak/sigkill.js';

const talk = (line: string): void => console.log(`      ${line}`);

/** One formation for both: to make one takes as long as either. */
describe('a formation of two proxies', function () {
  this.timeout(300_000);
  let formation: LiveFormation;

  before(async function () {
    this.timeout(600_000);
    formation = await LiveFormation.start('node-hello', ['runtime=2', 'proxy=2'], {
      DEIS_DRAIN_SECONDS: '1',
    });
  });
  after(() => formation?.close());

  it('has clients who notice nothing of changes; `npm run soak -- notice` makes all of them for longer', () =>
    noticeNothing({
      formation,
      perSecond: 50,
      acts: [
        'config:set',
        'a port that is closed to one proxy',
        'another container behind an address',
        'kill -9 of a backend',
        'domains, certs and settings',
        'proxy=1, 2',
      ],
      talk,
    }));

  it('ends as wanted, with no orphan, when its controller is killed; `npm run soak -- sigkill` takes 25 kills', () =>
    killOften({ formation, kills: 2, seed: 8, talk }));
});
