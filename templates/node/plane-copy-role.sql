\set copy_password `printf %s "$DEIS_COPY_PASSWORD"`
select 'create role deis_copy replication login' where not exists (select from pg_roles where rolname = 'deis_copy') \gexec
alter role deis_copy login replication password :'copy_password';
select pg_create_physical_replication_slot('deis_standby') where not exists (select from pg_replication_slots where slot_name = 'deis_standby') \g /dev/null
