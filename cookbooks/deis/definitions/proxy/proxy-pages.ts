import { basename } from 'node:path';
import { renderPeopleText } from '../../../../templates/render.js';
import type { Databag } from '../../../databag.js';
import { errorPages, type ErrorPage } from '../../../proxy-settings.js';
import { UserError } from '../../../../base/errors.js';
import type { Resource } from '../../../resource.js';
import { contentSum } from '../content-sum.js';
import { filesGone } from '../files-gone.js';
import { placesOf } from '../guest-places.js';

/** What a proxy answers in the place of the app. */
export interface SitePage {
  readonly status: number;
  /** The proxy's own page, a literal of nginx. */
  readonly text: string;
  /** File of the app's page, which goes before it; '' where there is none. */
  readonly own: string;
}

/** Every page that a site may show, by its status. */
export function pagesOf(databag: Databag): SitePage[] {
  const { maintenance } = databag.proxy;
  const own = ownPages(databag);
  const pages: readonly (readonly [number, string, string])[] = [
    [403, 'Not from here', 'This app answers certain networks only, and yours is none of them.'],
    databag.proxy.mode === 'tcp'
      ? [404, 'Not by HTTP', `This app takes connections of TCP at port ${databag.proxy.tcpPort}.`]
      : [404, 'No such app', 'No app answers to this name here.'],
    [413, 'Too large', 'The request is larger than this app takes.'],
    [429, 'Too many requests', 'More requests came from this address than this app takes. Try again soon.'],
    [502, 'No answer', 'The app did not answer this request.'],
    maintenance
      ? [503, 'Under maintenance', 'This app is being worked on and will be back.']
      : [
          503,
          'Not running',
          'The app has no running container that answers. ' +
            'Its owner can push code (git push deis), or start one of what was pushed: deis scale web=1',
        ],
    [504, 'Too slow', 'The app took too long to answer.'],
  ];
  return pages.map(([status, title, text]) => ({
    status,
    text: nginxLiteral(renderPeopleText('proxy-page.hbs', { formation: databag.id, status, title, text })),
    own: pathOf(own, status === 503 && maintenance ? 'maintenance' : String(status)),
  }));
}

/** The app's pages in their places, before the site that names them. */
export function pageFiles(databag: Databag): Resource[] {
  const files = ownPages(databag).map(({ path, content }): Resource => ({
    kind: 'file',
    name: path,
    content,
  }));
  return [{ kind: 'directory', name: placesOf(databag).pages }, ...files];
}

/** Pages that are replaced or unset do not stay, after the site that named them. */
export function pagesGone(databag: Databag): Resource[] {
  const kept = ownPages(databag).map(({ path }) => basename(path));
  return [filesGone('pages that are gone', placesOf(databag).pages, kept)];
}

/** A page of the app, in its place. */
interface OwnPage {
  readonly name: ErrorPage;
  readonly path: string;
  readonly content: string;
}

function ownPages(databag: Databag): OwnPage[] {
  return errorPages.flatMap((name): OwnPage[] => {
    const content = databag.proxy.errorPages?.[name]?.content;
    return content === undefined ? [] : [{ name, path: pagePath(databag, name, content), content }];
  });
}

function pathOf(pages: readonly OwnPage[], name: string): string {
  return pages.find((page) => page.name === name)?.path ?? '';
}

/** Another page has another path: it stands beside its predecessor until the site names it. */
function pagePath(databag: Databag, name: ErrorPage, content: string): string {
  return `${placesOf(databag).pages}/${name}-${contentSum(content)}.html`;
}

/** A quoted string of nginx. A dollar would begin a variable, for which there is no escape. */
function nginxLiteral(text: string): string {
  if (text.includes('$')) throw new UserError('a page of the proxy cannot hold a dollar sign');
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
