# Runs inside the new stack image.
set -eu
# No user of a node has this id: the first user of a machine, who may sudo there, has 1000. As stack-image.ts says it.
groupadd --gid 32767 app
useradd --uid 32767 --gid 32767 --home-dir /app --no-create-home --shell /bin/bash app
install -d -o app -g app -m 0755 /app
chmod 755 /usr/local/bin/start
# Apps install nothing here, and the operator's mirror is none of their business.
rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/* /etc/apt/apt.conf.d/99mmdebstrap
