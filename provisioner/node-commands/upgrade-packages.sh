# Brings a machine's packages up to date. Run as root, once, in the folder that is its argument (upgrade-look.sh): what came of it is in `report`, its exit code at last in `result`.
set -u
cd -- "$1" || exit 73
umask 022
export LC_ALL=C DEBIAN_FRONTEND=noninteractive APT_LISTCHANGES_FRONTEND=none UCF_FORCE_CONFFOLD=1
# Ubuntu's needrestart would restart services by itself, nginx among them, and end its connections.
export NEEDRESTART_SUSPEND=1
exec >output 2>&1 </dev/null
: >report
trap 'code=$?; echo "$code" >result.new && mv -f result.new result' EXIT
trap 'exit 143' TERM

is_active() { systemctl is-active --quiet "$1"; }

versions() { dpkg-query -W -f '${db:Status-Status} ${binary:Package} ${Version}\n' | sed -n 's/^installed //p' | sort; }

# Lines `package NAME FROM TO`; FROM is - for what is new.
report_packages() {
  versions >after
  awk 'NR == FNR { had[$1] = $2; next } !($1 in had) || had[$1] != $2 { print "package", $1, ($1 in had ? had[$1] : "-"), $2 }' before after >>report
}

# must WORDS COMMAND...
must() {
  doing=$1
  shift
  printf -- '-- %s\n' "$doing"
  "$@" && return 0
  code=$?
  printf 'failed %s\n' "$doing" >>report
  report_packages
  exit "$code"
}

# patiently COMMAND...: again for five minutes while another program holds a lock that the command does not wait for by itself.
patiently() {
  left=30
  while :; do
    "$@" >attempt 2>&1 && { cat attempt; return 0; }
    status=$?
    cat attempt
    grep -qiE 'could not get lock|unable to (acquire|lock)|was locked by another process' attempt || return "$status"
    [ "$left" -gt 0 ] || return "$status"
    left=$((left - 1))
    sleep 10
  done
}

# uses_old PID: it still runs files that were replaced.
old_files='^[^ ]+ ..x. .* /(usr|lib|lib32|lib64|bin|sbin|opt)/.* \(deleted\)$'
uses_old() { grep -qsE "$old_files" "/proc/$1/maps"; }

# restart_if_old UNIT: Debian's docker.io leaves the old engine running, and nobody knows of our own units. Containers of a live engine run on.
restart_if_old() {
  pid=$(systemctl show --property=MainPID --value -- "$1") || pid=0
  if [ "${pid:-0}" -gt 0 ] && uses_old "$pid"; then systemctl restart -- "$1"; fi
}

engine_answers() {
  left=60
  while [ "$left" -gt 0 ]; do
    if timeout 10 docker version >/dev/null 2>&1; then return 0; fi
    left=$((left - 1))
    sleep 1
  done
  journalctl --no-pager --lines 20 --unit docker
  return 1
}

nginx_master() {
  master=
  read -r master 2>/dev/null </run/nginx.pid
}

# nginx_in_place: a new master with the new files takes the sockets over, then the old one ends its connections. The package does so after a new nginx; after a new library nobody does.
nginx_in_place() {
  nginx_master && uses_old "$master" || return 0
  old=$master
  nginx -t -q || return 1
  kill -USR2 "$old" || return 1
  left=100
  # Should the new one not start, the old one goes on.
  until nginx_master && [ "$master" != "$old" ] && has_worker "$master"; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || return 1
    sleep 0.1
  done
  kill -QUIT "$old"
}

has_worker() { grep -qs "^PPid:[[:space:]]*$1\$" /proc/[0-9]*/status; }

nginx_serves() { is_active nginx && nginx_master && kill -0 "$master"; }

# kernel_kind VERSION: `cloud-amd64` of 6.1.0-28-cloud-amd64.
kernel_kind() { printf '%s\n' "$1" | sed 's/^[0-9][0-9.-]*//'; }

# newest_kernel KIND: one of another kind is not what would boot.
newest_kernel() {
  for file in /boot/vmlinuz-*; do
    version=${file##*/vmlinuz-}
    if [ "$(kernel_kind "$version")" = "$1" ]; then printf '%s\n' "$version"; fi
  done | sort -V | tail -n 1
}

# Why the machine must reboot before all of it is in use. Debian leaves no note of it by itself, as Ubuntu does.
report_reboot() {
  if [ -e /run/reboot-required ]; then
    asking=$(sort -u /run/reboot-required.pkgs 2>/dev/null | tr '\n' ' ')
    printf 'reboot packages ask for it: %s\n' "${asking:-unnamed}" | sed 's/ $//' >>report
  fi
  kernel=$(uname -r)
  newest=$(newest_kernel "$(kernel_kind "$kernel")")
  if [ -n "$newest" ] && [ "$newest" != "$kernel" ]; then
    printf 'reboot the kernel %s is installed, %s runs\n' "$newest" "$kernel" >>report
  fi
  units=$(old_units)
  if [ -n "$units" ]; then printf 'reboot these still run what was replaced: %s\n' "$units" >>report; fi
}

# Units of the system with a process that runs replaced files: `cron ssh`. An nginx whose last connections end is none.
old_units() {
  grep -lsE "$old_files" /proc/[0-9]*/maps | sed 's|maps$|cgroup|' | while read -r file; do
    sed -n 's|.*system\.slice.*/\([^/]*\)\.service$|\1|p' "$file" 2>/dev/null
  done | sort -u | grep -vxE 'deis-upgrade|nginx' | tr '\n' ' ' | sed 's/ $//'
}

engine='' proxy=''
if is_active docker; then engine=1; fi
if is_active nginx; then proxy=1; fi
versions >before

must 'dpkg --configure' patiently dpkg --force-confdef --force-confold --configure -a
# A list that could not be fetched is no success: without it nobody knows what is new.
must 'apt-get update' patiently apt-get update -q -o DPkg::Lock::Timeout=300 -o APT::Update::Error-Mode=any
must 'apt-get upgrade' apt-get upgrade -y -q --with-new-pkgs --no-install-recommends \
  -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold
must 'apt-get clean' patiently apt-get clean
for unit in containerd docker deis-logs; do must "restart of $unit" restart_if_old "$unit"; done
if [ -n "$engine" ]; then must 'the Docker engine' engine_answers; fi
if [ -n "$proxy" ]; then
  must 'nginx in place' nginx_in_place
  must 'nginx' nginx_serves
fi
report_packages
apt-get -s -q dist-upgrade 2>/dev/null | sed -n 's/^Inst \([^ ]*\) .*/kept \1/p' >>report
report_reboot
echo '-- done'
