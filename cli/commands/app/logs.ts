import type { CommandTable } from '../../command.js';
import { bytes, properties } from '../../terminal/format.js';

interface KeptLogs {
  readonly bytes: number;
  readonly files: number;
  readonly from: string | null;
  readonly to: string | null;
  readonly max_bytes: number;
  readonly max_days: number;
  readonly server: 'running' | 'away' | 'none';
}

export const logs: CommandTable = {
  info: {
    summary: 'how much of the logs is kept, and how much may be',
    onFormation: true,
    json: true,
    details: '`deis logs` shows the lines.\n\nExample:\n  deis logs:info',
    run: async (call) => {
      const kept = await (await call.api()).get<KeptLogs>(await call.formationPath('logs', 'kept'));
      call.print(kept, () => describe(kept));
    },
  },
};

const servers = {
  running: 'takes lines',
  away: 'away: lines wait on the nodes',
  none: 'none: lines are on the nodes alone',
} as const;

function describe(kept: KeptLogs): string {
  const span = kept.from === null ? 'nothing yet' : `${kept.from} to ${kept.to ?? ''}`;
  return properties([
    ['Kept', `${bytes(kept.bytes)} of ${bytes(kept.max_bytes)}, in ${kept.files} files`],
    ['From', span],
    ['For', `${kept.max_days} days`],
    ['Log server', servers[kept.server]],
  ]);
}
