import { execa } from 'execa';

export interface FolderSize {
  /** Bytes on disk of what could be read. */
  readonly bytes: number;
  /** Whether all of it could be read. */
  readonly isWhole: boolean;
}

/** What a folder takes on disk, with all that is in it; nothing for one that is not there. */
export async function folderSize(path: string): Promise<FolderSize> {
  const { stdout, stderr } = await execa('du', ['-sk', '--', path], {
    env: { LC_ALL: 'C' },
    stdin: 'ignore',
    timeout: 60_000,
    maxBuffer: { stdout: 1024, stderr: 64 * 1024 },
    // Files come and go meanwhile, and du then exits with 1.
    reject: false,
  });
  const kibibytes = /^\d+/.exec(stdout)?.[0];
  if (kibibytes === undefined)
    return { bytes: 0, isWhole: /^du: cannot access .*: No such file/.test(stderr) };
  return { bytes: Number(kibibytes) * 1024, isWhole: !/Permission denied/.test(stderr) };
}
