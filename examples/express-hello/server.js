const express = require('express');

const { PORT = '5000', DEIS_FORMATION = 'nobody', DEIS_RELEASE = 'no release' } = process.env;

const app = express();
// The proxy says in X-Forwarded-* who asked, and by which scheme.
app.set('trust proxy', true);
app.get('/', (request, response) => {
  response.type('text').send(`Hello from Express, release ${DEIS_RELEASE} of ${DEIS_FORMATION}\n`);
});
app.get('/health', (request, response) => {
  response.type('text').send('ok\n');
});

const server = app.listen(Number(PORT), () => console.log(`listening on port ${PORT}`));

// A deploy sends SIGTERM to the containers that it replaces: finish what is under way, take nothing new.
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
