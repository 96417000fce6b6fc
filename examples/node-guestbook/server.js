// Counts its visits in the database that DATABASE_URL names.
const http = require('node:http');
const { Pool } = require('pg');

const pool = new Pool({ connectionString: process.env.DATABASE_URL, connectionTimeoutMillis: 5000 });
// Without a listener a lost idle connection would end the process.
pool.on('error', (error) => console.error(error.message));

const server = http.createServer(async (request, response) => {
  try {
    await pool.query('create table if not exists visits (at timestamptz default now())');
    await pool.query('insert into visits default values');
    const { rows } = await pool.query('select count(*)::int as visits, inet_client_addr()::text as client from visits');
    response.end(`${JSON.stringify(rows[0])}\n`);
  } catch (error) {
    console.error(error.message);
    response.writeHead(500).end(`${error.message}\n`);
  }
});

server.listen(process.env.PORT, '0.0.0.0');
process.on('SIGTERM', () => server.close(() => pool.end()));
