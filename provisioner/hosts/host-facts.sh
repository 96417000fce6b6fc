# What a host is, as `name value` lines, looked at and not touched. Run as root.
set -u
os_release=/etc/os-release
# shellcheck source=/dev/null
[ ! -r "$os_release" ] || . "$os_release"
printf 'os %s\n' "${ID:-unknown}"
printf 'os-version %s\n' "${VERSION_ID:-0}"
printf 'arch %s\n' "$(uname -m)"
if [ -d /run/systemd/system ]; then echo 'init systemd'; else printf 'init %s\n' "$(cat /proc/1/comm)"; fi
if command -v apt-get >/dev/null; then echo 'apt yes'; else echo 'apt no'; fi
# Version 2 lists its controllers in one file; version 1 mounts each by itself.
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  printf 'cgroups 2 %s\n' "$(tr '\n' ' ' </sys/fs/cgroup/cgroup.controllers)"
else
  printf 'cgroups 1 %s\n' "$(awk '!/^#/ && $4 == 1 { printf "%s ", $1 }' /proc/cgroups)"
fi
printf 'disk %s\n' "$(df -Pk /var/lib | awk 'NR == 2 { print $4 }')"
printf 'memory %s\n' "$(awk '/^MemTotal:/ { print $2 }' /proc/meminfo)"
# Listening TCP ports (state 0A), each once, hexadecimal.
printf 'ports %s\n' "$(awk '$4 == "0A" { n = split($2, part, ":"); print part[n] }' /proc/net/tcp /proc/net/tcp6 2>/dev/null | sort -u | tr '\n' ' ')"
[ ! -e /var/lib/deis/databag.json ] || printf 'databag %s\n' "$(sed -n 's/^  "id": "\(.*\)",$/\1/p' /var/lib/deis/databag.json)"
[ ! -d /var/lib/deis/originals ] || echo 'remembered yes'
echo end
