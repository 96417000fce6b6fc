// Serves the static files of a slug. Copied into the slug by the buildpack; uses nothing but Node.js.
// In this order: https_only and canonical_host of static.json, files, clean_urls (/about serves about.html),
// redirects, routes, error_page (sent with 404 and 500).
import { createReadStream, existsSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream';
import { readSettings, rootOf, rulesOf } from './static-settings.mjs';

const types = {
  '.html': 'text/html',
  '.htm': 'text/html',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
  '.map': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain',
  '.md': 'text/markdown',
  '.csv': 'text/csv',
  '.xml': 'application/xml',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.ico': 'image/x-icon',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.otf': 'font/otf',
  '.wasm': 'application/wasm',
  '.pdf': 'application/pdf',
  '.zip': 'application/zip',
  '.mp3': 'audio/mpeg',
  '.mp4': 'video/mp4',
  '.webm': 'video/webm',
};

const settings = readSettings();
const rules = rulesOf(settings, process.env);
const charset = settings.encoding ?? 'utf-8';
const root = await realpath(resolve(rootOf(settings)));
/** Ours, not the site's, where the whole repository is the site. */
const unserved = new Set(root === process.cwd() ? ['Procfile', 'static.json'] : []);
/**
 * All files of a slug have the same time; they do not change while it runs, so that the release tells
 * versions apart.
 */
const version = process.env.DEIS_RELEASE ?? Date.now().toString(16);

/**
 * The file that a URL path names, or undefined. Neither dot files nor what lies outside the root, links
 * included, are served.
 */
async function findFile(path) {
  const parts = path.split('/').filter(Boolean);
  if (
    parts.some((part) => part.startsWith('.') && part !== '.well-known') ||
    path.includes('\0') ||
    (parts.length === 1 && unserved.has(parts[0]))
  )
    return undefined;
  const plain = join(root, ...parts);
  const candidates = path.endsWith('/')
    ? [join(plain, 'index.html')]
    : [...(settings.clean_urls ? [`${plain}.html`] : []), plain];
  for (const candidate of candidates) {
    const file = await realpath(candidate).catch(() => undefined);
    if (file === undefined || !(file === root || file.startsWith(root + sep))) continue;
    const info = await stat(file);
    if (info.isFile()) return { file, info };
    if (info.isDirectory() && existsSync(join(file, 'index.html')))
      return { redirect: `/${parts.join('/')}/` };
  }
  return undefined;
}

/**
 * `bytes=a-b` of a file of that size; undefined when there is no usable range, null when none of it exists.
 */
function parseRange(header, size) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (match === null || (match[1] === '' && match[2] === '')) return undefined;
  const start = match[1] === '' ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const end = match[1] === '' || match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  return start > end ? null : { start, end };
}

function sendText(response, status, text) {
  head(response, status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

/** The head of an answer: what static.json says of its path counts more than ours. */
function head(response, status, own) {
  const fields = response.fields ?? {};
  const given = new Set(Object.keys(fields).map((name) => name.toLowerCase()));
  const ours = Object.entries(own).filter(([name]) => !given.has(name.toLowerCase()));
  return response.writeHead(status, { ...Object.fromEntries(ours), ...fields });
}

function typeOf(file) {
  const type = types[extname(file).toLowerCase()] ?? 'application/octet-stream';
  return type.startsWith('text/') ? `${type}; charset=${charset}` : type;
}

function sendFile(request, response, status, { file, info }) {
  const tag = `"${version}-${info.size.toString(16)}"`;
  const headers = {
    'Content-Type': typeOf(file),
    ETag: tag,
    'Accept-Ranges': 'bytes',
    'X-Content-Type-Options': 'nosniff',
  };
  if (status === 200 && request.headers['if-none-match']?.includes(tag))
    return head(response, 304, headers).end();
  const range = status === 200 ? parseRange(request.headers.range, info.size) : undefined;
  if (range === null) return head(response, 416, { 'Content-Range': `bytes */${info.size}` }).end();
  headers['Content-Length'] = range === undefined ? info.size : range.end - range.start + 1;
  if (range !== undefined) headers['Content-Range'] = `bytes ${range.start}-${range.end}/${info.size}`;
  head(response, range === undefined ? status : 206, headers);
  if (request.method === 'HEAD' || info.size === 0) return response.end();
  pipeline(createReadStream(file, range ?? {}), response, () => undefined);
}

async function answer(request, response) {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return sendText(response.setHeader('Allow', 'GET, HEAD'), 405, 'only GET and HEAD');
  let path;
  try {
    // Not URL alone: it takes what follows // for a host.
    path = decodeURIComponent(
      request.url.startsWith('/') ? request.url.split('?')[0] : new URL(request.url).pathname,
    );
  } catch {
    return sendText(response, 400, 'no such URL can be');
  }
  // As the site's own rules see it: without slashes that stand twice.
  const shown = path.replace(/\/+/g, '/');
  response.fields = rules.headersOf(shown);
  const elsewhere = rules.elsewhere(request);
  if (elsewhere !== undefined) return head(response, 301, { Location: elsewhere }).end();
  const found = await findFile(path);
  if (found?.redirect !== undefined)
    return head(response, 301, { Location: encodeURI(found.redirect) }).end();
  if (found !== undefined) return sendFile(request, response, 200, found);
  const redirect = rules.redirectOf(shown);
  if (redirect !== undefined) return head(response, redirect.status, { Location: redirect.url }).end();
  const target = rules.routeOf(shown);
  const routed = target === undefined ? undefined : await findFile(`/${target}`);
  if (routed?.file !== undefined) return sendFile(request, response, 200, routed);
  return sendError(request, response, 404, 'not found');
}

async function sendError(request, response, status, text) {
  const page = settings.error_page ? await findFile(`/${settings.error_page}`) : undefined;
  return page?.file === undefined
    ? sendText(response, status, text)
    : sendFile(request, response, status, page);
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    console.error(error);
    if (response.headersSent) return response.destroy();
    return sendError(request, response, 500, 'the file could not be read').catch(() => response.destroy());
  });
});
server.keepAliveTimeout = 75_000;
server.listen(Number(process.env.PORT ?? 5000), () =>
  console.log(`serving ${root} on port ${process.env.PORT ?? 5000}`),
);
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
