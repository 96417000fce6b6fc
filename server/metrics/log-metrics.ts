import { Gauge, type Registry } from 'prom-client';

/** What is kept of the logs of all formations. */
export interface KeptSize {
  readonly bytes: number;
  readonly files: number;
}

/** How much the log server has kept, looked at when the page is asked for; what cannot be read is left out. */
export function logMetrics(registry: Registry, look: () => Promise<KeptSize>): void {
  const registers = [registry];
  const files = new Gauge({
    name: 'deis_log_kept_files',
    help: 'Files of the logs of apps that are kept.',
    registers,
  });
  new Gauge({
    name: 'deis_log_kept_bytes',
    help: 'Bytes of the logs of apps that are kept, full files compressed.',
    registers,
    async collect() {
      const size = await look().catch(() => undefined);
      this.remove();
      files.remove();
      if (size === undefined) return;
      this.set(size.bytes);
      files.set(size.files);
    },
  });
}
