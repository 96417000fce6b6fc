import { runAside } from '../../../provisioner/run-aside.js';

export interface FolderSize {
  /** Bytes on disk of what could be read. */
  readonly bytes: number;
  /** Whether all of it could be read. */
  readonly isWhole: boolean;
}

/** What a folder takes on disk, with all that is in it; nothing for one that is not there. */
export async function folderSize(path: string): Promise<FolderSize> {
  // Files come and go meanwhile, and du then exits with 1.
  const { stdout, stderr } = await runAside({
    program: 'du',
    args: ['-sk', '--', path],
    env: { LC_ALL: 'C' },
    extendEnv: true,
    timeout: 60_000,
    maxBuffer: { stdout: 1024, stderr: 64 * 1024 },
  });
  const kibibytes = /^\d+/.exec(stdout)?.[0];
  if (kibibytes === undefined)
    return { bytes: 0, isWhole: /^du: cannot access .*: No such file/.test(stderr) };
  return { bytes: Number(kibibytes) * 1024, isWhole: !/Permission denied/.test(stderr) };
}
