/*
 * The floor: a handler as one would write it by hand with Express and pg, which looks a token up and lists
 * its user's formations with the very statements of the controller, and does nothing else: no roles, no
 * scopes, no validation, no log, no entity tags. Run as a process of its own; listens on PORT of loopback.
 */
import { createHash } from 'node:crypto';
import express from 'express';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: Number(process.env.POOL) });

const tokenQuery = `
  select tokens.id, tokens.scope, tokens.formation_id, tokens.last_used_at,
         users.id as user_id, users.username, users.is_admin
  from tokens join users on users.id = tokens.user_id
  where tokens.hash = $1 and (tokens.expires_at is null or tokens.expires_at > $2) limit 1`;

const shared = `
  select formations.* from formations join formation_roles on formation_roles.formation_id = formations.id
  where user_id = $1 and not owner_id = $1`;
const mine = `
  from (select formations.* from formations where owner_id = $1 union all ${shared}) as formations`;
const listQuery = `
  select id, owner_id, name, generation, scale, live_release_id, maintenance, destroying, created_at,
         array[name::text] as page_key, (select count(*) ${mine}) as page_count
  from ((select formations.* from formations where owner_id = $1 order by name asc limit $2)
        union all
        (${shared} order by name asc limit $2)) as firsts
  order by name asc limit $2`;

const summaryQuery = `
  select formations.id as "formationId", users.username as owner, releases.version as "liveVersion",
         coalesce(
           jsonb_agg(
             jsonb_build_object('name', layers.name, 'kind', layers.kind, 'count', layers.count,
                                'ready', ready.count, 'addresses', ready.addresses)
             order by layers.level, layers.name
           ) filter (where layers.id is not null),
           '[]'
         ) as layers
  from formations
  join users on users.id = formations.owner_id
  left join releases on releases.id = formations.live_release_id
  left join layers on layers.formation_id = formations.id
  left join lateral (
    select
      count(*) as count,
      coalesce(jsonb_agg(nodes.address order by nodes.num) filter (where nodes.address is not null), '[]')
        as addresses
    from nodes where nodes.layer_id = layers.id and nodes.status = 'ready'
  ) as ready on true
  where formations.id = any($1)
  group by formations.id, users.username, releases.version`;

function formationJson(row, { owner, liveVersion, layers }) {
  return {
    id: row.name,
    owner,
    generation: Number(row.generation),
    scale: row.scale,
    live_release: liveVersion,
    domains: [],
    urls: layers
      .filter(({ kind }) => kind === 'proxy')
      .flatMap(({ addresses }) => addresses.map((address) => `http://${address}/`)),
    layers: Object.fromEntries(layers.map(({ name, count, ready }) => [name, { count, nodes_ready: ready }])),
    git_url: `ssh://git@127.0.0.1:2222/${row.name}.git`,
    created_at: row.created_at.toISOString(),
  };
}

function cursorAfter(rows) {
  return Buffer.from(JSON.stringify(rows.at(-1).page_key)).toString('base64url');
}

const app = express();
app.disable('x-powered-by');
app.disable('etag');
app.get('/health', (_request, response) => void response.json({ status: 'ok' }));
app.get('/api/formations', async (request, response) => {
  const token = (request.headers.authorization ?? '').replace(/^token /, '');
  const hash = createHash('sha256').update(token).digest('hex');
  const caller = (await pool.query(tokenQuery, [hash, new Date()])).rows[0];
  if (caller === undefined) return void response.status(401).end();
  const limit = Number(request.query.limit ?? 100);
  const { rows } = await pool.query(listQuery, [caller.user_id, limit + 1]);
  const shown = rows.slice(0, limit);
  const summaries = new Map(
    (await pool.query(summaryQuery, [shown.map(({ id }) => id)])).rows.map((summary) => [
      summary.formationId,
      summary,
    ]),
  );
  const next = rows.length > limit ? `/api/formations?limit=${limit}&cursor=${cursorAfter(shown)}` : null;
  response.json({
    count: Number(rows[0]?.page_count ?? 0),
    next,
    previous: null,
    results: shown.map((row) => formationJson(row, summaries.get(row.id))),
  });
});
app.listen(Number(process.env.PORT), '127.0.0.1');
