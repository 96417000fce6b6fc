const slugPattern = /^[0-9a-f]{64}\/[a-z][a-z0-9-]*\.tgz$/;
const imagePattern = /^(?:.*@)?sha256:([0-9a-f]{64})$/;

/** What a request path asks for. */
export type Download =
  { readonly kind: 'slug'; readonly path: string } | { readonly kind: 'image'; readonly id: string };

/** What a slug (`<sha256>/<formation>.tgz`) or an image (`sha256:<id>`, with or without `name@`) is. */
export function parseDownload(wanted: string): Download {
  if (slugPattern.test(wanted)) return { kind: 'slug', path: wanted };
  const image = imagePattern.exec(wanted);
  if (image === null) throw new Error(`neither a slug nor an image: ${wanted}`);
  return { kind: 'image', id: image[1]! };
}

/** Request path of a slug or an image, as `parseDownload` takes them. */
export function downloadPath(wanted: string): string {
  const download = parseDownload(wanted);
  return download.kind === 'slug' ? `/${download.path}` : `/images/${download.id}.tar.gz`;
}

/** The reverse; undefined for every other path, so that no request can name a file of its own choice. */
export function parseDownloadPath(path: string): Download | undefined {
  const image = /^\/images\/([0-9a-f]{64})\.tar\.gz$/.exec(path);
  if (image !== null) return { kind: 'image', id: image[1]! };
  return slugPattern.test(path.slice(1)) ? { kind: 'slug', path: path.slice(1) } : undefined;
}
