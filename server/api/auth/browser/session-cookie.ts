import { BrowserCookie } from './browser-cookie.js';

/** Has the text of a browser's session. */
export const sessionCookie = new BrowserCookie('deis-session');
