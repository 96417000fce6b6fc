const { readFileSync } = require('node:fs');
const { createServer } = require('node:http');
const colors = require('picocolors');

const {
  PORT = '5000',
  POWERED_BY = 'Deis',
  DEIS_FORMATION = 'nobody',
  DEIS_RELEASE = 'v0',
  DEIS_CONTAINER = 'web.0',
} = process.env;
const greeting = readFileSync(`${__dirname}/greeting.txt`, 'utf8').trim();

const server = createServer((request, response) => {
  if (request.url === '/health') {
    response.end('ok\n');
    return;
  }
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(
    `${greeting}, release ${DEIS_RELEASE}, container ${DEIS_CONTAINER} of ${DEIS_FORMATION}\n` +
      `Powered by ${POWERED_BY}\n`,
  );
  console.log(`${request.method} ${request.url}`);
});

server.listen(Number(PORT), () => console.log(colors.green(`listening on port ${PORT}`)));

// A deploy sends SIGTERM to the containers that it replaces: finish what is under way, take nothing new.
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
