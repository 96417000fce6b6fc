import type { Call } from '../../../call.js';
import { carryOut } from '../../../actions/carry-out.js';
import type { CommandTable } from '../../../command.js';

export const maintenance: CommandTable = {
  status: {
    summary: 'whether visitors see a page in the place of the app',
    onFormation: true,
    json: true,
    details: 'Example:\n  deis maintenance:status',
    run: async (call) => {
      const status = await (
        await call.api()
      ).get<{ readonly enabled: boolean }>(await call.formationPath('maintenance'));
      call.print(status, () => (status.enabled ? 'on' : 'off'));
    },
  },
  on: {
    summary: 'answer a page (503) in the place of the app',
    onFormation: true,
    json: true,
    details: 'The containers go on running.\n\nExample:\n  deis maintenance:on',
    run: (call) => turn(call, true),
  },
  off: {
    summary: 'let the app answer again',
    onFormation: true,
    json: true,
    details: 'Example:\n  deis maintenance:off',
    run: (call) => turn(call, false),
  },
};

async function turn(call: Call, enabled: boolean): Promise<void> {
  await carryOut(call, await call.formationPath('maintenance'), { enabled });
  call.output.talk(`Maintenance is ${enabled ? 'on' : 'off'}`);
}
