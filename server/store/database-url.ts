/**
 * The URL of each server that a URL of libpq's form names: `postgres://user:password@one:5432,two/name`, see
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS. One alone: the URL itself.
 */
export function serversOf(url: string): string[] {
  const [, before = '', hosts = '', after = ''] =
    /^([a-z]+:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/is.exec(url) ?? [];
  return hosts.includes(',') ? hosts.split(',').map((host) => `${before}${host}${after}`) : [url];
}

/** Which database it is, for people: its name, and its servers without who connects to them. */
export function describeDatabase(url: string): { readonly name: string; readonly servers: string } {
  const servers = serversOf(url).map((each) => new URL(each));
  return {
    name: decodeURIComponent(servers[0]!.pathname.slice(1)),
    servers: servers.map(({ host }) => host).join(', ') || 'the local socket',
  };
}
