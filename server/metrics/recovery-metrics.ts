import { Gauge, type Registry } from 'prom-client';

/** What is kept of the embedded database, as it was last seen. */
export interface RecoveryState {
  /** All that was committed before is kept. */
  readonly until: Date | undefined;
  /** Log that waits for the place of backups. */
  readonly waitingBytes: number;
  /** End of the newest base backup. */
  readonly baseAt: Date | undefined;
}

/** How much of the embedded database a restore to a moment would bring back. Looked at when the page is asked for. */
export function recoveryMetrics(registry: Registry, state: () => RecoveryState): void {
  const gauge = (name: string, help: string, value: () => number | undefined): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        const now = value();
        // What was never seen is left out.
        if (now === undefined) this.remove();
        else this.set(now);
      },
    });
  };
  gauge(
    'deis_wal_archived_timestamp_seconds',
    'Everything that was committed before is in the place of backups.',
    () => seconds(state().until),
  );
  gauge(
    'deis_wal_waiting_bytes',
    'Log of the embedded database that waits for the place of backups.',
    () => state().waitingBytes,
  );
  gauge('deis_base_backup_timestamp_seconds', 'When the newest base backup ended.', () =>
    seconds(state().baseAt),
  );
}

function seconds(at: Date | undefined): number | undefined {
  return at === undefined ? undefined : at.getTime() / 1000;
}
