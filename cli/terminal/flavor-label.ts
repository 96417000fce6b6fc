/**
 * A flavor as the user names it on the command line: their own by its name, that of others as `OWNER/FLAVOR`.
 * @param owner absent or null where the controller does not say
 */
export function flavorLabel(
  flavor: string | null,
  owner: string | null | undefined,
  username: string | undefined,
): string | null {
  return flavor === null || owner === undefined || owner === null || owner === username
    ? flavor
    : `${owner}/${flavor}`;
}
