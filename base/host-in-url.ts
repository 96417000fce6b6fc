/** A name or an address as it stands in a URL: IPv6 in brackets (RFC 3986). */
export function hostInUrl(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
