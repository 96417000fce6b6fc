// knex's command reads this file. It loads knexfile.ts: compiled in the installed package, through tsx in a
// checkout.
import { existsSync } from 'node:fs';

const source = new URL('./knexfile.ts', import.meta.url);
if (existsSync(source)) (await import('tsx/esm/api')).register();
const { default: knexfile } = await import(
  existsSync(source) ? source.href : new URL('./dist/knexfile.js', import.meta.url).href
);

export default knexfile;
