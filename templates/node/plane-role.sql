\set password `printf %s "$DEIS_PASSWORD"`
select 'create role deis login' where not exists (select from pg_roles where rolname = 'deis') \gexec
alter role deis login password :'password';
select 'create database deis owner deis' where not exists (select from pg_database where datname = 'deis') \gexec
