import { createServer } from 'node:http';
import { greeting } from 'greeting';

const started = Date.now();
const server = createServer((request, response) => {
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(greeting(Date.now() - started));
});
server.listen(process.env.PORT ?? 3000, () => console.log('listening'));
process.on('SIGTERM', () => server.close());
