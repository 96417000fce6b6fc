/**
 * Why an address that a user named is not dialled; it does not say what a name resolves to.
 * @param where what does not happen in its network: `where no logs are sent`
 * @param setting that allows networks
 */
export function remoteRefusal(host: string, where: string, setting: string): string {
  return (
    `${host} is in a network of the controller's own or a private one, ${where} ` +
    `(the operator allows networks with ${setting})`
  );
}
