import { mustRunAside } from './run-aside.js';

const deadlineMs = 20_000;

/**
 * Runs iptables, or iptables-restore, of this host, and returns what it prints. @throws when it is missing or refuses,
 * as it does to who is not root
 */
export async function runIptables(
  program: 'iptables' | 'iptables-restore',
  args: readonly string[],
  input = '',
): Promise<string> {
  const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;
  const given = {
    input,
    timeout: deadlineMs,
    env: { PATH: path },
    extendEnv: true,
    maxBuffer: 16 * 1024 ** 2,
  };
  return (await mustRunAside({ program, args, ...given })).stdout.trimEnd();
}

/** Whether iptables does this. */
export async function iptablesDoes(args: readonly string[]): Promise<boolean> {
  return runIptables('iptables', ['-w', '5', ...args]).then(
    () => true,
    () => false,
  );
}
