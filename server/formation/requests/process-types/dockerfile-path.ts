const maxLength = 200;

/** Whether it may be the path of a Dockerfile within what is pushed. */
export function isDockerfilePath(path: string): boolean {
  const isWithin = path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
  return isWithin && path.length <= maxLength && /^[\w.][\w./-]*$/.test(path);
}
