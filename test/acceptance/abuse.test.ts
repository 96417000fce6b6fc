import { abuse } from '../../soak/abuse.js';

describe('a user and strangers who feed the controller too much of everything', function () {
  this.timeout(300_000);

  it('do not slow it down, fill its memory or hold up another user; `npm run soak -- abuse` takes an hour', () =>
    abuse({ seconds: 15, talk: (line) => console.log(`      ${line}`) }));
});
