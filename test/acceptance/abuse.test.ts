import { abuse } from '../../soak/abuse.js';

describe('a user and strangers who feed the controller more than its bounds', function () {
  this.timeout(180_000);

  it('hold up neither it nor other users, and its memory comes back', () =>
    abuse({ alone: 0, together: 10, talk: (line) => console.log(`      ${line}`) }));
});
