#!/usr/bin/env node
// The controller, compiled. In a checkout: `npm run build` first, or `node --import tsx server/main.ts`.
import { existsSync } from 'node:fs';

const compiled = new URL('../dist/server/main.js', import.meta.url);
if (!existsSync(compiled)) {
  console.error('deis-controller is not compiled yet: run `npm run build`');
  process.exit(1);
}
const { main } = await import(compiled.href);
await main(process.argv.slice(2), process.env);
