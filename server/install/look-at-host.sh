# What the control plane has on a host already, as `name` or `name value` lines; nothing is touched. Run as root.
# Arguments: the data directory, then yes where the master key is wanted. Texts are in base64.
set -u
data=$1
text() {
  [ ! -f "$2" ] || printf '%s %s\n' "$1" "$(base64 -w 0 -- "$2")"
}
text password /etc/deis-postgresql/password
for certificate in /etc/postgresql/*/deis/deis.crt; do text certificate "$certificate"; done
[ "$2" != yes ] || text master-key "$data/master.key"
for cluster in /etc/postgresql/*/deis; do [ ! -d "$cluster" ] || echo 'has postgresql'; done
[ ! -e /etc/systemd/system/deis-controller.service ] || echo 'has controller'
[ ! -e /etc/nginx/sites-enabled/deis-front ] || echo 'has front'
! grep -qs '^upstream deis_front_api_tls ' /etc/nginx/deis/streams/deis-front.conf || echo 'front passes-tls'
for release in /opt/deis-controller/releases/*; do [ ! -d "$release" ] || printf 'release %s\n' "${release##*/}"; done
echo end
