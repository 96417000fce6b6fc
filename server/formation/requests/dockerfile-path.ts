/** Whether it may be the path of a Dockerfile within what is pushed. */
export function isDockerfilePath(path: string): boolean {
  const parts = path.split('/');
  const isWithin = parts.every((part) => part !== '' && part !== '.' && part !== '..');
  return /^[\w.][\w./-]{0,199}$/.test(path) && isWithin;
}
