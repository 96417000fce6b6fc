# Runs inside the new stack image.
set -eu
# No user of a node has this id: the first user of a machine, who may sudo there, has 1000. As stack-image.ts says it.
groupadd --gid 32767 app
useradd --uid 32767 --gid 32767 --home-dir /app --no-create-home --shell /bin/bash app
install -d -o app -g app -m 0755 /app
cat >/usr/local/bin/start <<'START'
#!/bin/bash
# start -- COMMAND: one process of an app. Sources what the buildpack left in .profile.d, then becomes the command.
if [ "${1-}" != -- ] || [ $# -lt 2 ]; then echo 'usage: start -- COMMAND' >&2; exit 64; fi
shift
cd "${HOME:-/app}" || exit 1
shopt -s nullglob
for profile in .profile.d/*.sh; do . "./$profile"; done
shopt -u nullglob
exec bash -c "$*"
START
chmod 755 /usr/local/bin/start
# Apps install nothing here, and the operator's mirror is none of their business.
rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/* /etc/apt/apt.conf.d/99mmdebstrap
