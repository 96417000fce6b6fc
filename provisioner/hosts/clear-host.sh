# Takes off a host what converging put there, and nothing else. Run as root; safe to repeat. What could not be done is said, exit 1.
# The argument says what becomes of installed packages: `remove` leaves their data and configuration, `purge` does not.
set -u
case ${1-} in remove | purge) ;; *) echo 'remove or purge?' >&2; exit 2 ;; esac
state=/var/lib/deis
problems=
export DEBIAN_FRONTEND=noninteractive

was_there() { grep -qsFx -- "$1" "$state/originals/paths"; }
remove_ours() { was_there "$1" || rm -rf -- "$1"; }
attempt() { "$@" >/dev/null || problems="$problems; $1 $2: exit $?"; }

if docker info >/dev/null 2>&1; then
  containers=$(docker ps -aq --filter label=deis.formation)
  [ -z "$containers" ] || attempt docker rm -f $containers
  networks=$(docker network ls -q --filter label=deis.formation)
  [ -z "$networks" ] || attempt docker network rm $networks
  images=$(docker images -q --no-trunc deis/stack | sort -u | grep -Fxv -f "$state/originals/images")
  [ -z "$images" ] || attempt docker rmi -f $images
fi

if [ -e /etc/systemd/system/deis-logs.service ]; then
  systemctl disable --now deis-logs >/dev/null 2>&1
  rm -rf -- /etc/systemd/system/deis-logs.service /etc/deis/logs
  systemctl daemon-reload
fi

if [ -e /etc/systemd/system/deis-firewall.service ]; then
  systemctl disable --now deis-firewall >/dev/null 2>&1
  while iptables -D DOCKER-USER -j DEIS-CONTAINERS 2>/dev/null; do :; done
  iptables -F DEIS-CONTAINERS 2>/dev/null && iptables -X DEIS-CONTAINERS
  rm -rf -- /etc/systemd/system/deis-firewall.service /usr/local/sbin/deis-firewall /etc/deis/firewall.rules
  remove_ours /etc/deis
  systemctl daemon-reload
fi

# Without its module nginx refuses this one.
rm -f -- /etc/nginx/modules-enabled/90-deis-streams.conf

# Only packages that converging installed, and only while nothing else has come to need them.
if [ -s "$state/installed-packages" ]; then
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p')
  ours=$(printf '%s\n' "$installed" | grep -Fx -f "$state/installed-packages" | sort -u)
  if [ -n "$ours" ]; then
    leaving=$(apt-get -s "$1" $ours 2>/dev/null | sed -n 's/^\(Purg\|Remv\) \([^ :]*\).*/\2/p' | sort -u)
    others=$(printf '%s\n' "$leaving" | grep -Fxv -e "$ours")
    if [ -n "$others" ]; then problems="$problems; packages stay, for these have come to need them: $(echo $others)"
    else attempt apt-get "$1" -y -q -o DPkg::Lock::Timeout=300 $ours
    fi
  fi
fi

if [ -d /etc/nginx ]; then
  [ ! -e "$state/databag.json" ] || rm -f -- "/etc/nginx/sites-enabled/$(sed -n 's/^  "id": "\(.*\)",$/\1/p' "$state/databag.json")"
  for guest in "$state"/guests/*; do
    [ ! -e "$guest" ] || rm -f -- "/etc/nginx/sites-enabled/${guest##*/}"
  done
  remove_ours /etc/nginx/deis
fi
for path in /etc/nginx/nginx.conf /etc/nginx/sites-enabled/default /etc/docker/daemon.json; do
  if [ -e "$state/originals$path" ] || [ -L "$state/originals$path" ]; then
    mkdir -p -- "${path%/*}" && cp -a -- "$state/originals$path" "$path"
  elif [ "$path" != /etc/nginx/nginx.conf ] || ! command -v nginx >/dev/null; then
    rm -f -- "$path"
  fi
done
for path in /etc/nginx/sites-enabled /etc/nginx /etc/docker; do was_there "$path" || rmdir -- "$path" 2>/dev/null; done
if command -v nginx >/dev/null; then attempt systemctl reload-or-restart nginx; fi

[ -z "$problems" ] || { echo "${problems#; }" >&2; exit 1; }
remove_ours /opt/deis
rm -rf -- "$state"
