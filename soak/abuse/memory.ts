import { readFileSync } from 'node:fs';

const everyMs = 500;

/** How much memory a process has meanwhile. */
export class MemoryWatch {
  #peak: number;
  readonly #timer: NodeJS.Timeout;

  /** @param before resident bytes that it had before all that is watched */
  constructor(
    readonly pid: number,
    readonly before: number,
  ) {
    this.#peak = residentBytes(pid);
    this.#timer = setInterval(() => (this.#peak = Math.max(this.#peak, residentBytes(pid))), everyMs);
  }

  get peak(): number {
    return this.#peak;
  }

  end(): void {
    clearInterval(this.#timer);
  }
}

/** Of a process, in bytes. */
export function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
}
