import { userInfo } from 'node:os';

/** What Node.js says of a call to the system that failed: https://nodejs.org/api/errors.html#class-systemerror */
interface SystemError {
  readonly code: string;
  /** `open`, `mkdir` */
  readonly syscall: string;
  readonly path: string;
}

const whys: Readonly<Record<string, (error: SystemError) => string>> = {
  EACCES: noRight,
  EPERM: noRight,
  EROFS: ({ path }) => `${path} is on a file system that is read-only`,
  ENOSPC: ({ path }) => `there is no room left on the disk of ${path}`,
  EDQUOT: ({ path }) => `the disk quota of ${account()} is used up, at ${path}`,
  ENOENT: ({ path }) => `there is no ${path}`,
  ENOTDIR: ({ path }) => `${path} cannot be: what should be a folder above it is a file`,
  EISDIR: ({ path }) => `${path} is a folder: expected a file`,
  EEXIST: ({ path }) => `${path} is there already`,
};

/** One sentence of a file or folder that the system refuses; undefined of any other error. */
export function systemErrorText(error: unknown): string | undefined {
  if (!isSystemError(error)) return undefined;
  return whys[error.code] && `${whys[error.code]!(error)} (${error.syscall}: ${error.code})`;
}

function isSystemError(error: unknown): error is SystemError {
  const { code, syscall, path } = (error instanceof Error ? error : {}) as Partial<SystemError>;
  return typeof code === 'string' && typeof syscall === 'string' && typeof path === 'string';
}

function noRight({ path, syscall }: SystemError): string {
  const [what, how] =
    syscall === 'mkdir'
      ? ['make', `install -d -o ${account()} -m 0700 ${path}`]
      : ['use', `chown ${account()} ${path}`];
  return `the account ${account()} may not ${what} ${path}: let it, as root, e.g. \`${how}\``;
}

function account(): string {
  try {
    return userInfo().username;
  } catch {
    // It has a number alone.
    return String(process.getuid?.());
  }
}
