// What static.json says, as Heroku's static buildpack has it. Copied into the slug by the buildpack.
import { existsSync, readFileSync } from 'node:fs';

/** static.json of the current folder; an empty object without one. */
export function readSettings() {
  if (!existsSync('static.json')) return {};
  return JSON.parse(readFileSync('static.json', 'utf8').replace(/^\uFEFF/, ''));
}

/** The folder that is served: without `root` the repository, or public_html/ where the site lies there. */
export function rootOf({ root }) {
  if (root) return root;
  return !existsSync('index.html') && existsSync('public_html') ? 'public_html' : '.';
}

/** A pattern of paths: `*` stands for a part of one segment, `**` for any number of them. */
function pattern(text) {
  const source = text.split(/(\*\*|\*)/).map((part) => {
    if (part === '**') return '.*';
    return part === '*' ? '[^/]*' : part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  });
  return new RegExp(`^${source.join('')}$`);
}

/** Variables of the config: `${NAME}`. One that is not set stays, and is said in the log. */
function interpolate(text, variables) {
  return text.replace(/\$\{(\w+)\}/g, (whole, name) => {
    if (variables[name] !== undefined) return variables[name];
    console.error(`static.json: ${whole} is not set`);
    return whole;
  });
}

function asTexts(fields) {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
}

/** The rules of a site by path. Where several headers fit, the last counts alone; of routes the first counts. */
export function rulesOf(settings, variables) {
  const entries = (key) => Object.entries(settings[key] ?? {});
  const headers = entries('headers')
    .map(([path, fields]) => ({ matches: pattern(path), fields: asTexts(fields) }))
    .reverse();
  const routes = entries('routes').map(([path, target]) => ({ matches: pattern(path), target }));
  const redirects = new Map(
    entries('redirects').map(([path, { url, status = 301 }]) => [
      path,
      { status, url: interpolate(url, variables) },
    ]),
  );
  const host = settings.canonical_host ? interpolate(settings.canonical_host, variables) : undefined;
  return {
    headersOf: (path) => headers.find(({ matches }) => matches.test(path))?.fields ?? {},
    routeOf: (path) => routes.find(({ matches }) => matches.test(path))?.target,
    redirectOf: (path) => redirects.get(path),
    /**
     * Where a request has to go instead, as it came to the proxy. What comes straight to the container, health
     * checks for example, is answered.
     */
    elsewhere: (request) => {
      const scheme = request.headers['x-forwarded-proto'];
      if (scheme === undefined) return undefined;
      const asked = request.headers.host ?? '';
      const isWrongHost =
        host !== undefined && asked.replace(/:\d+$/, '').toLowerCase() !== host.toLowerCase();
      const isPlain = settings.https_only === true && scheme !== 'https';
      if (!isWrongHost && !isPlain) return undefined;
      const name = isWrongHost ? host : asked;
      return `${settings.https_only === true ? 'https' : scheme}://${name}${request.url}`;
    },
  };
}
