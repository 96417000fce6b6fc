-- The schema after all migrations, for reading and for review. Written by `npm run schema`.

create table acme_accounts (
  id integer not null generated always as identity,
  directory text not null,
  key_encrypted bytea not null,
  thumbprint text not null,
  url text,
  created_at timestamp with time zone not null default now(),
  constraint acme_accounts_directory_key UNIQUE (directory),
  constraint acme_accounts_pkey PRIMARY KEY (id)
);

create table alert_rules (
  id integer not null generated always as identity,
  formation_id integer not null,
  kind text not null,
  threshold double precision,
  created_at timestamp with time zone not null default now(),
  name text not null,
  pattern text,
  minutes integer,
  constraint alert_rules_formation_id_name_key UNIQUE (formation_id, name),
  constraint alert_rules_pkey PRIMARY KEY (id)
);

create table alerts (
  id bigint not null generated always as identity,
  formation_id integer not null,
  rule_id integer not null,
  kind text not null,
  subject text not null,
  detail text not null,
  since timestamp with time zone not null,
  seen_at timestamp with time zone not null,
  resolved_at timestamp with time zone,
  constraint alerts_pkey PRIMARY KEY (id)
);

create table allowed_providers (
  user_id integer not null,
  type text not null,
  allowed_by integer,
  created_at timestamp with time zone not null default now(),
  constraint allowed_providers_pkey PRIMARY KEY (user_id, type)
);

create table api_certificates (
  domain text not null,
  directory text not null,
  certificate text,
  key_encrypted bytea,
  fingerprint text,
  expires_at timestamp with time zone,
  order_url text,
  order_key_encrypted bytea,
  failures integer not null default 0,
  setback text,
  not_before timestamp with time zone,
  last_attempt_at timestamp with time zone,
  last_error text,
  renew_at timestamp with time zone,
  renewal_by text,
  explanation text,
  ask_renewal_at timestamp with time zone,
  in_use boolean not null default true,
  constraint api_certificates_pkey PRIMARY KEY (domain),
  constraint api_certificates_check CHECK (((order_url IS NULL) = (order_key_encrypted IS NULL))),
  constraint api_certificates_check1 CHECK ((num_nulls(certificate, key_encrypted, fingerprint, expires_at) = ANY (ARRAY[0, 4]))),
  constraint api_certificates_renewal_by_check CHECK ((renewal_by = ANY (ARRAY['ca'::text, 'lifetime'::text])))
);

create table audit_entries (
  id bigint not null generated always as identity,
  at timestamp with time zone not null default now(),
  actor_id integer,
  actor text not null,
  action text not null,
  formation_id integer,
  formation text,
  target jsonb not null default '{}'::jsonb,
  source text,
  request_id text,
  outcome text,
  constraint audit_entries_pkey PRIMARY KEY (id)
);

create table auth_limits (
  key character varying(255) not null,
  points integer not null default 0,
  expire bigint,
  constraint auth_limits_pkey PRIMARY KEY (key)
);

create table auto_cert_orders (
  id integer not null generated always as identity,
  formation_id integer not null,
  name text not null,
  domains jsonb not null,
  order_url text,
  key_encrypted bytea,
  failures integer not null default 0,
  not_before timestamp with time zone,
  is_held boolean not null default false,
  last_attempt_at timestamp with time zone,
  last_error text,
  renew_at timestamp with time zone,
  renewal_by text,
  explanation text,
  ask_renewal_at timestamp with time zone,
  operation_id uuid,
  constraint auto_cert_orders_formation_id_name_key UNIQUE (formation_id, name),
  constraint auto_cert_orders_pkey PRIMARY KEY (id),
  constraint auto_cert_orders_check CHECK (((order_url IS NULL) = (key_encrypted IS NULL))),
  constraint auto_cert_orders_renewal_by_check CHECK ((renewal_by = ANY (ARRAY['ca'::text, 'lifetime'::text])))
);

create table auto_certs (
  formation_id integer not null,
  account_id integer not null,
  problems jsonb not null default '{}'::jsonb,
  look_at timestamp with time zone not null,
  created_at timestamp with time zone not null default now(),
  constraint auto_certs_pkey PRIMARY KEY (formation_id)
);

create table builds (
  id uuid not null,
  formation_id integer not null,
  created_by integer,
  git_commit text not null,
  slug_path text,
  slug_sha256 text,
  slug_size bigint,
  procfile jsonb not null,
  image text,
  buildpack text not null,
  created_at timestamp with time zone not null default now(),
  runtime jsonb,
  collected_at timestamp with time zone,
  kind text not null default 'slug'::text,
  image_reference text,
  image_digest text,
  runtimes jsonb,
  image_port integer,
  image_size bigint,
  postdeploy text,
  constraint builds_pkey PRIMARY KEY (id),
  constraint builds_image_port_check CHECK (((image_port >= 1) AND (image_port <= 65535))),
  constraint builds_kind_check CHECK ((((kind = 'slug'::text) AND (slug_path IS NOT NULL) AND (slug_sha256 IS NOT NULL) AND (slug_size IS NOT NULL) AND (image IS NOT NULL)) OR ((kind = 'image'::text) AND (image_reference IS NOT NULL) AND (image_digest IS NOT NULL))))
);

create table certs (
  id integer not null generated always as identity,
  formation_id integer not null,
  name text not null,
  certificate text not null,
  key_encrypted bytea not null,
  fingerprint text not null,
  domains jsonb not null,
  expires_at timestamp with time zone not null,
  created_at timestamp with time zone not null default now(),
  source text not null default 'manual'::text,
  constraint certs_formation_id_name_key UNIQUE (formation_id, name),
  constraint certs_pkey PRIMARY KEY (id),
  constraint certs_source_check CHECK ((source = ANY (ARRAY['manual'::text, 'acme'::text, 'generated'::text])))
);

create table configs (
  id integer not null generated always as identity,
  formation_id integer not null,
  version integer not null,
  values_encrypted bytea not null,
  created_by integer,
  created_at timestamp with time zone not null default now(),
  constraint configs_formation_id_version_key UNIQUE (formation_id, version),
  constraint configs_pkey PRIMARY KEY (id)
);

create table containers (
  id integer not null generated always as identity,
  formation_id integer not null,
  node_id uuid not null,
  release_id integer not null,
  type text not null,
  num integer not null,
  port integer not null,
  state text not null,
  retire_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  seen jsonb,
  constraint containers_node_id_port_key UNIQUE (node_id, port),
  constraint containers_pkey PRIMARY KEY (id),
  constraint containers_state_check CHECK ((state = ANY (ARRAY['starting'::text, 'serving'::text, 'retiring'::text, 'removing'::text])))
);

create table deliveries (
  id uuid not null,
  hook_id integer not null,
  event text not null,
  body text not null,
  state text not null default 'waiting'::text,
  attempts integer not null default 0,
  next_at timestamp with time zone not null default now(),
  last_status integer,
  last_error text,
  created_at timestamp with time zone not null default now(),
  ended_at timestamp with time zone,
  constraint deliveries_pkey PRIMARY KEY (id),
  constraint deliveries_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'delivered'::text, 'failed'::text])))
);

create table domains (
  id integer not null generated always as identity,
  formation_id integer not null,
  name text not null,
  created_at timestamp with time zone not null default now(),
  constraint domains_name_key UNIQUE (name),
  constraint domains_pkey PRIMARY KEY (id)
);

create table drain_positions (
  drain_id integer not null,
  formation_id integer not null,
  segment text not null,
  read_from bigint not null,
  sent_to bigint not null,
  is_whole boolean not null default false,
  skipped bigint not null default 0,
  skipped_more boolean not null default false,
  constraint drain_positions_pkey PRIMARY KEY (drain_id, formation_id)
);

create table drains (
  id integer not null generated always as identity,
  formation_id integer,
  name text not null,
  token text not null,
  type text not null,
  shown text not null,
  url_encrypted bytea not null,
  created_at timestamp with time zone not null default now(),
  sent bigint not null default 0,
  unsent bigint not null default 0,
  backlog bigint not null default 0,
  last_sent_at timestamp with time zone,
  last_error text,
  last_error_at timestamp with time zone,
  next_attempt_at timestamp with time zone,
  constraint drains_token_key UNIQUE (token),
  constraint drains_pkey PRIMARY KEY (id),
  constraint drains_type_check CHECK ((type = ANY (ARRAY['syslog'::text, 'syslog-tls'::text, 'https'::text, 'loki'::text])))
);

create table flavor_shares (
  flavor_id integer not null,
  formation_id integer not null,
  created_at timestamp with time zone not null default now(),
  constraint flavor_shares_pkey PRIMARY KEY (flavor_id, formation_id)
);

create table flavors (
  id integer not null generated always as identity,
  owner_id integer not null,
  provider_id integer not null,
  name text not null,
  params jsonb not null default '{}'::jsonb,
  init text not null default ''::text,
  created_at timestamp with time zone not null default now(),
  constraint flavors_owner_id_name_key UNIQUE (owner_id, name),
  constraint flavors_pkey PRIMARY KEY (id)
);

create table formation_buildpacks (
  formation_id integer not null,
  list jsonb not null,
  updated_at timestamp with time zone not null default now(),
  constraint formation_buildpacks_pkey PRIMARY KEY (formation_id),
  constraint formation_buildpacks_list_check CHECK ((jsonb_typeof(list) = 'array'::text))
);

create table formation_roles (
  formation_id integer not null,
  user_id integer not null,
  role text not null,
  created_at timestamp with time zone not null default now(),
  constraint formation_roles_pkey PRIMARY KEY (formation_id, user_id),
  constraint formation_roles_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'collaborator'::text, 'admin'::text])))
);

create table formations (
  id integer not null generated always as identity,
  owner_id integer not null,
  name text not null,
  generation bigint not null default 0,
  scale jsonb not null default '{}'::jsonb,
  live_release_id integer,
  destroying boolean not null default false,
  created_at timestamp with time zone not null default now(),
  maintenance boolean not null default false,
  proxy_settings jsonb not null default '{}'::jsonb,
  host_id integer,
  default_host boolean not null default false,
  quota jsonb not null default '{}'::jsonb,
  guest_quota jsonb not null default '{}'::jsonb,
  former_host_id integer,
  vacant_host_id integer,
  former_stay jsonb,
  constraint formations_name_key UNIQUE (name),
  constraint formations_pkey PRIMARY KEY (id),
  constraint formations_host_check CHECK ((host_id <> id)),
  constraint formations_name_check CHECK ((name ~ '^[a-z]([a-z0-9-]{0,38}[a-z0-9]|)$'::text)),
  constraint formations_places_check CHECK ((((former_host_id IS NULL) OR (vacant_host_id IS NULL)) AND ((former_host_id IS NULL) OR (former_host_id <> COALESCE(host_id, id))) AND ((vacant_host_id IS NULL) OR (vacant_host_id <> COALESCE(host_id, id)))))
);

create table hooks (
  id integer not null generated always as identity,
  formation_id integer not null,
  name text not null,
  host text not null,
  url_encrypted bytea not null,
  secret_encrypted bytea not null,
  created_at timestamp with time zone not null default now(),
  constraint hooks_formation_id_name_key UNIQUE (formation_id, name),
  constraint hooks_pkey PRIMARY KEY (id)
);

create table host_shares (
  formation_id integer not null,
  user_id integer not null,
  created_at timestamp with time zone not null default now(),
  constraint host_shares_pkey PRIMARY KEY (formation_id, user_id)
);

create table instance_facts (
  key text not null,
  value_encrypted bytea not null,
  created_at timestamp with time zone not null default now(),
  constraint instance_facts_pkey PRIMARY KEY (key)
);

create table invites (
  id integer not null generated always as identity,
  code_hash text not null,
  email text,
  invited_by integer,
  used_by integer,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  constraint invites_code_hash_key UNIQUE (code_hash),
  constraint invites_pkey PRIMARY KEY (id)
);

create table kept_buildpacks (
  name text not null,
  sha256 text not null,
  size integer not null,
  source text not null,
  ref text,
  created_at timestamp with time zone not null default now(),
  constraint kept_buildpacks_pkey PRIMARY KEY (name),
  constraint kept_buildpacks_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
);

create table keys (
  id integer not null generated always as identity,
  user_id integer not null,
  name text not null,
  public_key text not null,
  fingerprint text not null,
  created_at timestamp with time zone not null default now(),
  constraint keys_fingerprint_key UNIQUE (fingerprint),
  constraint keys_user_id_name_key UNIQUE (user_id, name),
  constraint keys_pkey PRIMARY KEY (id)
);

create table layers (
  id integer not null generated always as identity,
  formation_id integer not null,
  flavor_id integer not null,
  name text not null,
  kind text not null,
  run_list jsonb not null,
  environment text not null default ''::text,
  attributes jsonb not null default '{}'::jsonb,
  level integer not null,
  count integer not null default 0,
  ssh_username text not null,
  ssh_port integer not null default 22,
  ssh_public_key text not null,
  ssh_private_key_encrypted bytea not null,
  created_at timestamp with time zone not null default now(),
  attributes_encrypted bytea,
  own_flavor boolean not null default false,
  tags jsonb not null default '{}'::jsonb,
  constraint layers_formation_id_name_key UNIQUE (formation_id, name),
  constraint layers_pkey PRIMARY KEY (id),
  constraint layers_count_check CHECK ((count >= 0)),
  constraint layers_kind_check CHECK ((kind = ANY (ARRAY['runtime'::text, 'proxy'::text, 'custom'::text, 'box'::text])))
);

create table log_matches (
  rule_id integer not null,
  at timestamp with time zone not null,
  count integer not null,
  constraint log_matches_pkey PRIMARY KEY (rule_id, at)
);

create table log_positions (
  formation_id integer not null,
  file text,
  position bigint not null,
  looked_at timestamp with time zone not null,
  constraint log_positions_pkey PRIMARY KEY (formation_id)
);

create table node_measures (
  formation_id integer not null,
  resolution smallint not null,
  node text not null,
  at timestamp with time zone not null,
  measure jsonb not null,
  constraint node_measures_pkey PRIMARY KEY (formation_id, resolution, node, at),
  constraint node_measures_resolution_check CHECK ((resolution = ANY (ARRAY[10, 60, 600])))
);

create table node_readings (
  formation_id integer not null,
  node text not null,
  reading jsonb not null,
  constraint node_readings_pkey PRIMARY KEY (formation_id, node)
);

create table nodes (
  id uuid not null,
  formation_id integer not null,
  layer_id integer not null,
  num integer not null,
  name text not null,
  status text not null default 'pending'::text,
  cloud_id text,
  address text,
  private_address text,
  host_public_key text not null,
  host_public_key_pending text,
  host_private_key_encrypted bytea,
  generation bigint not null default 0,
  last_action text,
  last_error text,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  launch_intent jsonb,
  scheduling text not null default 'open'::text,
  adopted boolean not null default false,
  cleans_up boolean not null default true,
  purges_data boolean not null default false,
  size jsonb,
  constraint nodes_formation_id_name_key UNIQUE (formation_id, name),
  constraint nodes_layer_id_num_key UNIQUE (layer_id, num),
  constraint nodes_pkey PRIMARY KEY (id),
  constraint nodes_scheduling_check CHECK ((scheduling = ANY (ARRAY['open'::text, 'cordoned'::text, 'drained'::text]))),
  constraint nodes_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'launching'::text, 'booting'::text, 'ready'::text, 'lost'::text, 'removing'::text])))
);

create table oidc_used_states (
  state_hash text not null,
  expires_at timestamp with time zone not null,
  constraint oidc_used_states_pkey PRIMARY KEY (state_hash)
);

create table operation_events (
  id bigint not null generated always as identity,
  operation_id uuid not null,
  at timestamp with time zone not null default now(),
  type text not null,
  data jsonb not null,
  constraint operation_events_pkey PRIMARY KEY (id)
);

create table operations (
  id uuid not null,
  seq bigint not null generated always as identity,
  formation_id integer,
  formation_name text not null,
  kind text not null,
  params jsonb not null default '{}'::jsonb,
  lane text not null default 'formation'::text,
  state text not null default 'queued'::text,
  requested_by integer,
  step text,
  attempts integer not null default 0,
  lease_owner text,
  lease_expires_at timestamp with time zone,
  heartbeat_at timestamp with time zone,
  not_before timestamp with time zone,
  cancel_requested_at timestamp with time zone,
  error jsonb,
  result jsonb,
  created_at timestamp with time zone not null default now(),
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  system_actor text,
  constraint operations_seq_key UNIQUE (seq),
  constraint operations_pkey PRIMARY KEY (id),
  constraint operations_actor_check CHECK (((requested_by IS NULL) OR (system_actor IS NULL))),
  constraint operations_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'succeeded'::text, 'failed'::text, 'cancelled'::text, 'superseded'::text])))
);

create table passkey_challenges (
  browser_hash text not null,
  challenge text not null,
  user_id integer,
  user_handle text,
  name text,
  expires_at timestamp with time zone not null,
  constraint passkey_challenges_user_id_key UNIQUE (user_id),
  constraint passkey_challenges_pkey PRIMARY KEY (browser_hash),
  constraint passkey_challenges_check CHECK ((((user_id IS NULL) = (user_handle IS NULL)) AND ((user_id IS NULL) = (name IS NULL))))
);

create table passkeys (
  id integer not null generated always as identity,
  user_id integer not null,
  name text not null,
  domain text not null,
  credential_id text not null,
  public_key bytea not null,
  counter bigint not null,
  transports jsonb not null,
  user_handle text not null,
  created_at timestamp with time zone not null default now(),
  last_used_at timestamp with time zone,
  constraint passkeys_credential_id_key UNIQUE (credential_id),
  constraint passkeys_user_id_name_key UNIQUE (user_id, name),
  constraint passkeys_pkey PRIMARY KEY (id)
);

create table postdeploys (
  release_id integer not null,
  run_id uuid,
  begun_at timestamp with time zone,
  ended_at timestamp with time zone,
  exit_code integer,
  lines jsonb not null default '[]'::jsonb,
  constraint postdeploys_pkey PRIMARY KEY (release_id)
);

create table providers (
  id integer not null generated always as identity,
  owner_id integer not null,
  name text not null,
  type text not null,
  creds_encrypted bytea not null,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint providers_owner_id_name_key UNIQUE (owner_id, name),
  constraint providers_pkey PRIMARY KEY (id)
);

create table recovery_codes (
  user_id integer not null,
  code_hash text not null,
  constraint recovery_codes_pkey PRIMARY KEY (user_id, code_hash)
);

create table release_phases (
  release_id integer not null,
  run_id uuid,
  begun_at timestamp with time zone,
  ended_at timestamp with time zone,
  exit_code integer,
  lines jsonb not null default '[]'::jsonb,
  constraint release_phases_pkey PRIMARY KEY (release_id)
);

create table releases (
  id integer not null generated always as identity,
  formation_id integer not null,
  version integer not null,
  build_id uuid,
  config_id integer not null,
  summary text not null,
  state text not null default 'pending'::text,
  reason text,
  created_by integer,
  created_at timestamp with time zone not null default now(),
  live_at timestamp with time zone,
  limits jsonb not null default '{}'::jsonb,
  evidence jsonb not null default '[]'::jsonb,
  health jsonb not null default '{}'::jsonb,
  settings jsonb not null default '{}'::jsonb,
  writable boolean not null default true,
  constraint releases_formation_id_version_key UNIQUE (formation_id, version),
  constraint releases_pkey PRIMARY KEY (id),
  constraint releases_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'live'::text, 'failed'::text, 'superseded'::text])))
);

create table repository_bundles (
  operation_id uuid not null,
  formation_id integer not null,
  ref text not null,
  commit text not null,
  path text not null,
  created_at timestamp with time zone not null default now(),
  moved_at timestamp with time zone,
  constraint repository_bundles_pkey PRIMARY KEY (operation_id)
);

create table runs (
  id uuid not null,
  formation_id integer not null,
  num integer not null,
  node_id uuid not null,
  container text not null,
  command_encrypted bytea not null,
  detached boolean not null,
  requested_by integer,
  created_at timestamp with time zone not null default now(),
  seen_at timestamp with time zone not null default now(),
  exit_code integer,
  finished_at timestamp with time zone,
  constraint runs_formation_id_num_key UNIQUE (formation_id, num),
  constraint runs_pkey PRIMARY KEY (id)
);

create table scheduled_jobs (
  name text not null,
  every_ms bigint not null,
  not_before timestamp with time zone not null default now(),
  failures integer not null default 0,
  lease_owner text,
  lease_expires_at timestamp with time zone,
  started_at timestamp with time zone,
  ended_at timestamp with time zone,
  outcome text,
  error text,
  constraint scheduled_jobs_pkey PRIMARY KEY (name),
  constraint scheduled_jobs_check CHECK (((lease_owner IS NULL) = (lease_expires_at IS NULL))),
  constraint scheduled_jobs_every_ms_check CHECK ((every_ms > 0)),
  constraint scheduled_jobs_outcome_check CHECK ((outcome = ANY (ARRAY['succeeded'::text, 'failed'::text, 'given up'::text])))
);

create table schema_needs (
  migration text not null,
  constraint schema_needs_pkey PRIMARY KEY (migration)
);

create table services (
  id integer not null generated always as identity,
  consumer_id integer not null,
  provider_id integer not null,
  variable text not null,
  address text not null,
  created_at timestamp with time zone not null default now(),
  constraint services_consumer_id_variable_key UNIQUE (consumer_id, variable),
  constraint services_pkey PRIMARY KEY (id)
);

create table tcp_ports (
  formation_id integer not null,
  ground_id integer not null,
  port integer not null,
  clients jsonb not null default '[]'::jsonb,
  neighbours jsonb not null default '[]'::jsonb,
  constraint tcp_ports_ground_id_port_key UNIQUE (ground_id, port),
  constraint tcp_ports_pkey PRIMARY KEY (formation_id)
);

create table tokens (
  id integer not null generated always as identity,
  user_id integer not null,
  hash text not null,
  name text not null,
  created_at timestamp with time zone not null default now(),
  last_used_at timestamp with time zone,
  expires_at timestamp with time zone,
  scope text not null default 'all'::text,
  formation_id integer,
  is_session boolean not null default false,
  is_browser boolean not null default false,
  passkey_id integer,
  identity_id integer,
  constraint tokens_hash_key UNIQUE (hash),
  constraint tokens_pkey PRIMARY KEY (id),
  constraint tokens_browser_session CHECK (((NOT is_browser) OR (is_session AND (expires_at IS NOT NULL) AND (scope = 'all'::text)))),
  constraint tokens_deploy_formation CHECK (((scope = 'deploy'::text) = (formation_id IS NOT NULL))),
  constraint tokens_scope_check CHECK ((scope = ANY (ARRAY['all'::text, 'read'::text, 'deploy'::text])))
);

create table transfers (
  formation_id integer not null,
  from_id integer not null,
  to_id integer not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  constraint transfers_pkey PRIMARY KEY (formation_id)
);

create table user_identities (
  id integer not null generated always as identity,
  user_id integer not null,
  issuer text not null,
  subject text not null,
  label text not null,
  created_at timestamp with time zone not null default now(),
  last_used_at timestamp with time zone,
  constraint user_identities_issuer_subject_key UNIQUE (issuer, subject),
  constraint user_identities_pkey PRIMARY KEY (id)
);

create table user_totp (
  user_id integer not null,
  secret_encrypted bytea not null,
  created_at timestamp with time zone not null default now(),
  confirmed_at timestamp with time zone,
  last_step bigint,
  constraint user_totp_pkey PRIMARY KEY (user_id)
);

create table users (
  id integer not null generated always as identity,
  username text not null,
  email text not null,
  password_hash text,
  is_admin boolean not null default false,
  created_at timestamp with time zone not null default now(),
  constraint users_username_key UNIQUE (username),
  constraint users_pkey PRIMARY KEY (id),
  constraint users_username_check CHECK ((username ~ '^[a-z0-9][a-z0-9_.-]{0,62}$'::text))
);

alter table alert_rules add constraint alert_rules_formation_id_fkey FOREIGN KEY (formation_id) REFERENCES formations(id) ON DELETE CASCADE;
alter table alerts add constraint alerts_formation_id_fkey FOREIGN KEY (formation_id) REFERENCES formations(id) ON DELETE CASCADE;
alter table alerts add constraint alerts_rule_id_fkey FOREIGN KEY (rule_id) REFERENCES alert_rules(id) ON DELETE CASCADE;
alter table allowed_providers add constraint allowed_providers_allowed_by_fkey FOREIGN KEY (allowed_by) REFERENCES users(id) ON DELETE SET NULL;
alter table allowed_providers add constraint allowed_providers_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
alter table audit_entries add constraint audit_entries_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES users(id) ON DELETE SET NULL;
alter table audit_entries add constraint audit_entries_formation_id_fkey FOREIGN KEY (formation_id) REFERENCES formations(id) ON DELETE SET NULL;
alter table auto_cert_orders add constraint auto_cert_orders_formation_id_fkey FOREIGN KEY (formation_id) REFERENCES auto_certs(formation_id) ON DELETE CASCADE;
alter table auto_certs add constraint auto_certs_account_id_fkey FOREIGN KEY (account_id) REFERENCES acme_accounts(id);
alter table auto_certs add constraint auto_certs_formation_id_fkey FOREIGN KEY (formation_id) REFERENCES formations(id) ON DELETE CASCADE;
alter table builds add constraint builds_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id) ON DELETE SET NULL;
alter table builds add constraint builds_formation_id_fkey FOREIGN KEY (formation_id) REFERENCES formations(id) ON DELETE CASCADE;
alter table certs add constraint certs_formation_id_fkey FOREIGN KEY (formation_id) REFERENCES formations(id) ON DELETE CASCADE;
alter table configs add constraint configs_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id) ON DELETE SET NULL;
alter table configs add constraint configs_formation_id_fkey FOREIGN KEY (formation_id) REFERENCES formations(id) ON DELETE CASCADE;
alter table containers add constraint containers_formation_id_fkey FOREIGN KEY (formation_id) REFERENCES formations(id) ON DELETE CASCADE;
alter table containers add constraint containers_node_id_fkey FOREIGN KEY (node_id) REFERENCES nodes(id) ON DELETE CASCADE;
alter table containers add constraint containers_release_id_fkey FOREIGN KEY (release_id) REFERENCES releases(id);
alter table deliveries add constraint deliveries_hook_id_fkey FOREIGN KEY (hook_id) REFERENCES hooks(id) ON DELETE CASCADE;
alter table domains add constraint domains_formation_id_fkey FOREIGN KEY (formation_id) REFERENCES formations(id) ON DELETE CASCADE;
alter table drain_positions add constraint drain_positions_drain_id_fkey FOREIGN KEY (drain_id) REFERENCES drains(id) ON DELETE CASCADE;
alter table drain_positions add constraint drain_positions_formation_id_fkey FOREIGN KEY (formation_id) REFERENCES formations(id) ON DELETE CASCADE;
alter table drains add constraint drains_formation_id_fkey FOREIGN KEY (formation_id) REFERENCES formations(id) ON DELETE CASCADE;
alter table flavor_shares add constraint flavor_shares_flavor_id_fkey FOREIGN KEY (flavor_id) REFERENCES flavors(id) ON DELETE CASCADE;
alter table flavor_shares add constraint flavor_shares_formation_id_fkey FOREIGN KEY (formation_id) REFERENCES formations(id) ON DELETE CASCADE;
alter table flavors add constraint flavors_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES users(id) ON DELETE CASCADE;
alter table flavors add constraint flavors_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(id) ON DELETE RESTRICT;
alter table formation_buildpacks add constraint formation_buildpacks_formation_id_fkey FOREIGN KEY (formation_id) REFERENCES formations(id) ON DELETE CASCADE;
alter table formation_roles add constraint formation_roles_formation_id_fkey FOREIGN KEY (formation_id) REFERENCES formations(id) ON DELETE CASCADE;
alter table formation_roles add constraint formation_roles_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
alter table formations add constraint formations_former_host_id_fkey FOREIGN KEY (former_host_id) REFERENCES formations(id) ON DELETE RESTRICT;
alter table formations add constraint formations_host_id_fkey FOREIGN KEY (host_id) REFERENCES formations(id) ON DELETE RESTRICT;
alter table formations add constraint formations_live_release_id_fkey FOREIGN KEY (live_release_id) REFERENCES releases(id) ON DELETE SET NULL;
alter table formations add constraint formations_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES users(id) ON DELETE RESTRICT;
alter table formations add constraint formations_vacant_host_id_fkey FOREIGN KEY (vacant_host_id) REFERENCES formations(id) ON DELETE RESTRICT;
alter table hooks add constraint hooks_formation_id_fkey FOREIGN KEY (formation_id) REFERENCES formations(id) ON DELETE CASCADE;
alter table host_shares add constraint host_shares_formation_id_fkey FOREIGN KEY (formation_id) REFERENCES formations(id) ON DELETE CASCADE;
alter table host_shares add constraint host_shares_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
alter table invites add constraint invites_invited_by_fkey FOREIGN KEY (invited_by) REFERENCES users(id) ON DELETE SET NULL;
alter table invites add constraint invites_used_by_fkey FOREIGN KEY (used_by) REFERENCES users(id) ON DELETE SET NULL;
alter table keys add constraint keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
alter table layers add constraint layers_flavor_id_fkey FOREIGN KEY (flavor_id) REFERENCES flavors(id) ON DELETE RESTRICT;
alter table layers add constraint layers_formation_id_fkey FOREIGN KEY (formation_id) REFERENCES formations(id) ON DELETE CASCADE;
alter table log_matches add constraint log_matches_rule_id_fkey FOREIGN KEY (rule_id) REFERENCES alert_rules(id) ON DELETE CASCADE;
alter table log_positions add constraint log_positions_formation_id_fkey FOREIGN KEY (formation_id) REFERENCES formations(id) ON DELETE CASCADE;
alter table node_measures add constraint node_measures_formation_id_fkey FOREIGN KEY (formation_id) REFERENCES formations(id) ON DELETE CASCADE;
alter table node_readings add constraint node_readings_formation_id_fkey FOREIGN KEY (formation_id) REFERENCES formations(id) ON DELETE CASCADE;
alter table nodes add constraint nodes_formation_id_fkey FOREIGN KEY (formation_id) REFERENCES formations(id) ON DELETE CASCADE;
alter table nodes add constraint nodes_layer_id_fkey FOREIGN KEY (layer_id) REFERENCES layers(id);
alter table operation_events add constraint operation_events_operation_id_fkey FOREIGN KEY (operation_id) REFERENCES operations(id) ON DELETE CASCADE;
alter table operations add constraint operations_formation_id_fkey FOREIGN KEY (formation_id) REFERENCES formations(id) ON DELETE SET NULL;
alter table operations add constraint operations_requested_by_fkey FOREIGN KEY (requested_by) REFERENCES users(id) ON DELETE SET NULL;
alter table passkey_challenges add constraint passkey_challenges_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
alter table passkeys add constraint passkeys_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
alter table postdeploys add constraint postdeploys_release_id_fkey FOREIGN KEY (release_id) REFERENCES releases(id) ON DELETE CASCADE;
alter table postdeploys add constraint postdeploys_run_id_fkey FOREIGN KEY (run_id) REFERENCES runs(id) ON DELETE SET NULL;
alter table providers add constraint providers_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES users(id) ON DELETE CASCADE;
alter table recovery_codes add constraint recovery_codes_user_id_fkey FOREIGN KEY (user_id) REFERENCES user_totp(user_id) ON DELETE CASCADE;
alter table release_phases add constraint release_phases_release_id_fkey FOREIGN KEY (release_id) REFERENCES releases(id) ON DELETE CASCADE;
alter table release_phases add constraint release_phases_run_id_fkey FOREIGN KEY (run_id) REFERENCES runs(id) ON DELETE SET NULL;
alter table releases add constraint releases_build_id_fkey FOREIGN KEY (build_id) REFERENCES builds(id);
alter table releases add constraint releases_config_id_fkey FOREIGN KEY (config_id) REFERENCES configs(id);
alter table releases add constraint releases_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id) ON DELETE SET NULL;
alter table releases add constraint releases_formation_id_fkey FOREIGN KEY (formation_id) REFERENCES formations(id) ON DELETE CASCADE;
alter table repository_bundles add constraint repository_bundles_formation_id_fkey FOREIGN KEY (formation_id) REFERENCES formations(id) ON DELETE CASCADE;
alter table runs add constraint runs_formation_id_fkey FOREIGN KEY (formation_id) REFERENCES formations(id) ON DELETE CASCADE;
alter table runs add constraint runs_node_id_fkey FOREIGN KEY (node_id) REFERENCES nodes(id) ON DELETE CASCADE;
alter table runs add constraint runs_requested_by_fkey FOREIGN KEY (requested_by) REFERENCES users(id) ON DELETE SET NULL;
alter table services add constraint services_consumer_id_fkey FOREIGN KEY (consumer_id) REFERENCES formations(id) ON DELETE CASCADE;
alter table services add constraint services_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES formations(id);
alter table tcp_ports add constraint tcp_ports_formation_id_fkey FOREIGN KEY (formation_id) REFERENCES formations(id) ON DELETE CASCADE;
alter table tcp_ports add constraint tcp_ports_ground_id_fkey FOREIGN KEY (ground_id) REFERENCES formations(id) ON DELETE CASCADE;
alter table tokens add constraint tokens_formation_id_fkey FOREIGN KEY (formation_id) REFERENCES formations(id) ON DELETE CASCADE;
alter table tokens add constraint tokens_identity_id_fkey FOREIGN KEY (identity_id) REFERENCES user_identities(id) ON DELETE CASCADE;
alter table tokens add constraint tokens_passkey_id_fkey FOREIGN KEY (passkey_id) REFERENCES passkeys(id) ON DELETE CASCADE;
alter table tokens add constraint tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
alter table transfers add constraint transfers_formation_id_fkey FOREIGN KEY (formation_id) REFERENCES formations(id) ON DELETE CASCADE;
alter table transfers add constraint transfers_from_id_fkey FOREIGN KEY (from_id) REFERENCES users(id) ON DELETE CASCADE;
alter table transfers add constraint transfers_to_id_fkey FOREIGN KEY (to_id) REFERENCES users(id) ON DELETE CASCADE;
alter table user_identities add constraint user_identities_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
alter table user_totp add constraint user_totp_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;

CREATE INDEX alerts_formation_id ON public.alerts USING btree (formation_id, id);
CREATE UNIQUE INDEX alerts_open ON public.alerts USING btree (rule_id, subject) WHERE (resolved_at IS NULL);
CREATE INDEX audit_entries_at_idx ON public.audit_entries USING btree (at);
CREATE INDEX audit_entries_formation_id_id_idx ON public.audit_entries USING btree (formation_id, id DESC);
CREATE INDEX auto_certs_look_at ON public.auto_certs USING btree (look_at);
CREATE INDEX builds_slug_path_idx ON public.builds USING btree (slug_path);
CREATE INDEX containers_formation_id_idx ON public.containers USING btree (formation_id);
CREATE INDEX deliveries_hook_id ON public.deliveries USING btree (hook_id, created_at);
CREATE INDEX deliveries_next_at ON public.deliveries USING btree (next_at) WHERE (state = 'waiting'::text);
CREATE INDEX domains_formation_id_idx ON public.domains USING btree (formation_id);
CREATE INDEX drain_positions_formation ON public.drain_positions USING btree (formation_id);
CREATE UNIQUE INDEX drains_name ON public.drains USING btree (COALESCE(formation_id, 0), name);
CREATE INDEX flavor_shares_formation_id ON public.flavor_shares USING btree (formation_id);
CREATE INDEX formation_roles_user_id_idx ON public.formation_roles USING btree (user_id);
CREATE INDEX formations_former_host_id ON public.formations USING btree (former_host_id) WHERE (former_host_id IS NOT NULL);
CREATE INDEX formations_host_id ON public.formations USING btree (host_id) WHERE (host_id IS NOT NULL);
CREATE INDEX formations_owner_id_name_idx ON public.formations USING btree (owner_id, name);
CREATE INDEX formations_vacant_host_id ON public.formations USING btree (vacant_host_id) WHERE (vacant_host_id IS NOT NULL);
CREATE INDEX host_shares_user_id ON public.host_shares USING btree (user_id);
CREATE INDEX operation_events_operation_id_id_idx ON public.operation_events USING btree (operation_id, id);
CREATE INDEX operations_formation_id_seq_idx ON public.operations USING btree (formation_id, seq DESC);
CREATE INDEX operations_unfinished ON public.operations USING btree (formation_id, lane, seq) WHERE (state = ANY (ARRAY['queued'::text, 'running'::text]));
CREATE INDEX passkey_challenges_expires_at ON public.passkey_challenges USING btree (expires_at);
CREATE INDEX releases_formation_id_state_idx ON public.releases USING btree (formation_id, state);
CREATE INDEX repository_bundles_formation_id ON public.repository_bundles USING btree (formation_id);
CREATE INDEX runs_unfinished ON public.runs USING btree (seen_at) WHERE (finished_at IS NULL);
CREATE INDEX services_provider_id ON public.services USING btree (provider_id);
CREATE INDEX tokens_identity_id ON public.tokens USING btree (identity_id);
CREATE INDEX tokens_passkey_id ON public.tokens USING btree (passkey_id);
CREATE INDEX tokens_user_id_idx ON public.tokens USING btree (user_id);
CREATE INDEX transfers_from_id ON public.transfers USING btree (from_id);
CREATE INDEX transfers_to_id ON public.transfers USING btree (to_id);
CREATE INDEX user_identities_user_id ON public.user_identities USING btree (user_id);
