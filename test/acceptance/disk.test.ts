import { deployOften } from '../../soak/disk.js';

describe('the disks', function () {
  this.timeout(300_000);

  it('do not grow with deploys beyond the releases that are kept, which can be rolled back to', () =>
    deployOften({ deploys: 5, talk: (line) => console.log(`      ${line}`) }));
});
