import { killOften } from '../../soak/sigkill.js';

describe('a story whose controller is killed with SIGKILL', function () {
  this.timeout(300_000);

  it(
    'ends in the wanted state with no orphan, at steps that a seed has chosen; `npm run soak -- sigkill` ' +
      'chooses 25 at random',
    async () => {
      await killOften({ kills: 2, seed: 8, talk: (line) => console.log(`      ${line}`) });
    },
  );
});
