# Keeps what converging will replace on a host that existed before, so that clear-host.sh can put it back. Run as root; the first time counts.
set -eu
state=/var/lib/deis
[ ! -d "$state/originals" ] || exit 0
[ -d "$state" ] || mkdir -m 0700 -- "$state"
rm -rf -- "$state/originals.new"
mkdir -- "$state/originals.new"
for path in /etc/nginx/nginx.conf /etc/nginx/sites-enabled/default /etc/docker/daemon.json; do
  [ -e "$path" ] || [ -L "$path" ] || continue
  mkdir -p -- "$state/originals.new${path%/*}"
  cp -a -- "$path" "$state/originals.new$path"
done
# What is there already is not ours to remove.
for path in /etc/deis /opt/deis /etc/nginx /etc/nginx/sites-enabled /etc/nginx/deis /etc/docker; do
  [ ! -e "$path" ] || printf '%s\n' "$path"
done >"$state/originals.new/paths"
docker images -q --no-trunc 2>/dev/null | sort -u >"$state/originals.new/images" || :
mv -T -- "$state/originals.new" "$state/originals"
