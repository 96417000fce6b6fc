const ms = require('ms');

/** What the page says after so many milliseconds. */
exports.greeting = (upMs) => `Hello from a pnpm workspace, up for ${ms(upMs, { long: true })}\n`;
