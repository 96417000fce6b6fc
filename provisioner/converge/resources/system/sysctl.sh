# sysctl_live KEY VALUE: numbers in a row are separated by tabs or blanks. Leaves what it saw in $live.
sysctl_live() {
  need_settings
  live=${settings#*"$nl/proc/sys/$1:"}
  [ "$live" != "$settings" ] || return 1
  sysctl_same "${live%%"$nl"*}" "$2"
}

sysctl_same() {
  wanted_live=$2
  set -f
  set -- $1
  set +f
  live=$*
  [ "$live" = "$wanted_live" ]
}

sysctl_diff() {
  sysctl_live "$1" "$2" || printf -- '-%s, live: %s\n+%s, live: %s\n' "$1" "$live" "$1" "$2"
}

# sysctl_set KEY VALUE: first live, so that what the kernel refuses is not left for the next boot.
sysctl_set() {
  [ -e "/proc/sys/$1" ] || fail "this kernel has no setting $1"
  printf '%s\n' "$2" >"/proc/sys/$1" || fail "the kernel refuses $1 = $2"
  sysctl_same "$(cat "/proc/sys/$1")" "$2" || fail "$1 was set to $2 and reads $live"
}
