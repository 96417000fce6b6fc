import { killOften } from '../../soak/sigkill.js';

describe('a story whose controller is killed with SIGKILL', function () {
  this.timeout(300_000);

  it('ends in the wanted state with no orphan, at steps of a seed; `npm run soak -- sigkill` takes 25', async () => {
    await killOften({ kills: 2, seed: 8, talk: (line) => console.log(`      ${line}`) });
  });
});
