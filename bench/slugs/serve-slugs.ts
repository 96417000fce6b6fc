/*
 * The slug server in a process of its own, for bench/slugs.ts: FOLDER is that of the slugs; SLUG_KEY in the
 * environment signs. Prints its port.
 */
import { pino } from 'pino';
import { Secret } from '../../base/secret.js';
import { SlugServer } from '../../server/slug/slug-server.js';

const [folder = ''] = process.argv.slice(2);
const server = new SlugServer({
  key: new Secret(process.env['SLUG_KEY'] ?? ''),
  slugs: folder,
  images: { pathOf: () => Promise.reject(new Error('no images here')) },
  now: () => new Date(),
  logger: pino({ level: 'silent' }),
});
console.log(await server.listen('127.0.0.1', 0));
