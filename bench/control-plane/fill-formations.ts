import type { Client } from 'pg';

/** Formations to be there. */
export interface Filling {
  readonly caller: string;
  /** How many the caller owns. */
  readonly own: number;
  /** How many others own, twenty each. */
  readonly foreign: number;
}

const others = `
  insert into users (username, email, password_hash)
  select 'other' || n, 'other' || n || '@example.com', '-'
  from generate_series(1, greatest(1, $1::int / 20)) n
  on conflict do nothing`;
const providers = `
  insert into providers (owner_id, name, type, creds_encrypted)
  select id, 'bench', 'mock', '' from users on conflict do nothing`;
const flavors = `
  insert into flavors (owner_id, provider_id, name)
  select owner_id, id, 'bench' from providers where name = 'bench' on conflict do nothing`;
const ownFormations = `
  insert into formations (owner_id, name, scale)
  select users.id, 'own-' || n, '{"web": 2}'
  from users, generate_series(1, $2::int) n
  where username = $1
  on conflict do nothing`;
const foreignFormations = `
  insert into formations (owner_id, name, scale)
  select users.id, users.username || '-' || n, '{"web": 2}'
  from users, generate_series(1, 20) n
  where username like 'other%'
  on conflict do nothing`;
const layers = `
  insert into layers (
    formation_id, flavor_id, name, kind, run_list, level, count,
    ssh_username, ssh_public_key, ssh_private_key_encrypted
  )
  select
    formations.id, flavors.id, kind, kind, jsonb_build_array('recipe[deis::' || kind || ']'), level, count,
    'deis', 'ssh-ed25519 AAAA', ''
  from formations join flavors on flavors.owner_id = formations.owner_id and flavors.name = 'bench',
       (values ('runtime', 10, 2), ('proxy', 20, 1)) as kinds (kind, level, count)
  on conflict do nothing`;
const nodes = `
  insert into nodes (
    id, formation_id, layer_id, num, name,
    status, cloud_id, address, private_address, host_public_key
  )
  select
    gen_random_uuid(), formations.id, layers.id, n, formations.name || '-' || layers.name || '-' || n,
    'ready', 'i-1', '10.0.0.' || n, '10.0.0.' || n, 'ssh-ed25519 AAAA'
  from layers join formations on formations.id = layers.formation_id, generate_series(1, layers.count) n
  on conflict do nothing`;

/**
 * Makes formations of two layers and three nodes until there are as many, and brings the planner's statistics
 * up to date.
 */
export async function fillFormations(client: Client, { caller, own, foreign }: Filling): Promise<void> {
  await client.query(others, [foreign]);
  await client.query(providers);
  await client.query(flavors);
  await client.query(ownFormations, [caller, own]);
  await client.query(foreignFormations);
  await client.query(layers);
  await client.query(nodes);
  await client.query('vacuum analyze');
}
