import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';

/** Of the formation that is filled. */
export const [nodeCount, containersPerNode] = [500, 20];
export const buildLines = 100_000;

const nodes = `
  insert into nodes (
    id, formation_id, layer_id, num, name,
    status, cloud_id, address, private_address, host_public_key
  )
  select
    gen_random_uuid(), formations.id, layers.id, n, formations.name || '-' || layers.name || '-' || n,
    'ready', 'i-' || n, '10.0.' || n / 250 || '.' || 1 + n % 250, '10.0.' || n / 250 || '.' || 1 + n % 250,
    'ssh-ed25519 AAAA'
  from layers join formations on formations.id = layers.formation_id, generate_series(1, $2::int) n
  where formations.name = $1 and layers.name = 'runtime'`;
const release = `
  update releases set state = 'live', live_at = now()
  from formations where releases.formation_id = formations.id and formations.name = $1`;
const live = `
  update formations set live_release_id = releases.id, scale = '{"web": 10000}'
  from releases where releases.formation_id = formations.id and formations.name = $1`;
const containers = `
  insert into containers (formation_id, node_id, release_id, type, num, port, state)
  select nodes.formation_id, nodes.id, releases.id, 'web', (nodes.num - 1) * $2::int + n, 5000 + n, 'serving'
  from nodes join formations on formations.id = nodes.formation_id
    join releases on releases.formation_id = formations.id, generate_series(1, $2::int) n
  where formations.name = $1`;
const push = `
  insert into operations (
    id, formation_id, formation_name, kind, state, created_at, started_at, finished_at
  )
  select $2, id, name, 'push', 'succeeded', now(), now(), now() from formations where name = $1`;
const events = `
  insert into operation_events (operation_id, type, data)
  select $1, type, data from (
    select 0 as place, 'step-started' as type, '{"step": "build"}'::jsonb as data
    union all
    select n, 'line', jsonb_build_object('step', 'build', 'text', 'line ' || n || ' of ' || repeat('a build. ', 8))
    from generate_series(1, $2::int) n
    union all
    select $2::int + 1, 'step-ended', '{"step": "build", "ok": true, "ms": 60000}'
    union all
    select $2::int + 2, 'end', '{"state": "succeeded"}'
  ) as told order by place`;

/**
 * Fills a formation whose config has cut a release: nodes, containers, and a push with a long log, whose id it resolves
 * to.
 */
export async function fillDashboard(client: Client, formation: string): Promise<string> {
  const operation = randomUUID();
  await client.query(nodes, [formation, nodeCount]);
  await client.query(release, [formation]);
  await client.query(live, [formation]);
  await client.query(containers, [formation, containersPerNode]);
  await client.query(push, [formation, operation]);
  await client.query(events, [operation, buildLines]);
  await client.query('vacuum analyze');
  return operation;
}
