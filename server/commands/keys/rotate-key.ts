import type { AddCommand } from '../command-context.js';

/** `deis-controller rotate-master-key`. */
export const addRotateMasterKey: AddCommand = (program, { settings, print, progress }) => {
  program
    .command('rotate-master-key')
    .summary('make a new master key and encrypt every secret under it')
    .description(
      'Makes a new master key and encrypts every secret under it. Stop the controller first. The same ' +
        'command again goes on where a rotation was cut off.',
    )
    .action(async () => {
      const { rotateMasterKey } = await import('./rotate-master-key.js');
      const { resumed, resealed, retiredTo } = await rotateMasterKey(settings(), progress);
      print(`${resealed} secrets are encrypted under ${resumed ? 'the newest' : 'a new'} master key`);
      print(
        `the older key is in ${retiredTo}: backups of the database from before need it, nothing else does`,
      );
      if (resumed) print('this ended an earlier rotation that was cut off; run it again for another key');
    });
};
