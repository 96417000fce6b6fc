import type { CommonProperties } from '../common.js';

/**
 * A site of nginx; `name` is its file in sites-enabled. A candidate must pass `nginx -t` together with the
 * other sites before it is swapped in and nginx reloaded; when the running nginx does not come to serve it,
 * the last good one is put back. Takes `reload`.
 */
export interface NginxSiteResource extends CommonProperties {
  readonly kind: 'nginx_site';
  /**
   * `delete`: there is no such site.
   * @default create
   */
  readonly action?: 'create' | 'delete';
  /** Text of the site's file. */
  readonly content: string;
  /**
   * Text of what the site adds to the stream block of nginx, in /etc/nginx/deis/streams: swapped in, and put back, with
   * its content, which must differ where this does. Needs nginx's module and a block that includes the folder.
   * Default: nothing.
   */
  readonly stream?: string;
  /** How the running nginx shows that it serves this content: a line in the answer of a URL. */
  readonly shownBy?: { readonly url: string; readonly line: string };
  /**
   * Path of a lock that is held while the site changes, where programs of several formations change sites of one
   * nginx side by side. Default: none.
   */
  readonly lock?: string;
}
