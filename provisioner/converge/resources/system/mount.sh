# mount_seen POINT: what is mounted there, on top, into $seen_device and $seen_type, without a fork.
mount_seen() {
  seen_device=
  while read -r m_device m_point m_type _; do
    [ "$m_point" != "$1" ] || seen_device=$m_device seen_type=$m_type
  done </proc/self/mounts
  [ -n "$seen_device" ]
}

# fstab_seen POINT: its lines of fstab, words separated by one blank, into $seen_lines.
fstab_seen() {
  seen_lines=
  while read -r f_device f_point f_rest; do
    case $f_device in '' | '#'*) continue ;; esac
    [ "$f_point" != "$1" ] || seen_lines="$seen_lines$f_device $f_point $f_rest$nl"
  done </etc/fstab
}

# mount_live POINT DEVICE TYPE: a device that is given by a label is whatever the kernel calls it; a bind mount has no type of its own.
mount_live() {
  mount_seen "$1" || return 1
  [ -n "$3" ] || return 0
  [ "$seen_type" = "$3" ] || return 1
  case $2 in /*) [ "$seen_device" = "$2" ] || [ "$seen_device" = "$(readlink -f -- "$2")" ] ;; esac
}

# mount_ok POINT LINE DEVICE TYPE
mount_ok() {
  fstab_seen "$1"
  [ "$seen_lines" = "$2$nl" ] && mount_live "$1" "$3" "$4"
}

mount_diff() {
  fstab_seen "$1"
  lines_diff "$seen_lines" "$2"
  mount_live "$1" "$3" "$4" || printf -- '-%s not mounted\n+%s mounted\n' "$1" "$1"
}

# fstab_set POINT LINE: in the place of all lines of that point; an empty one removes them.
fstab_set() {
  [ -e /etc/fstab ] || true >/etc/fstab
  awk -v point="$1" '/^[ \t]*#/ || $2 != point' /etc/fstab >/etc/.deis-new.fstab
  [ -z "$2" ] || printf '%s\n' "$2" >>/etc/.deis-new.fstab
  chmod 0644 /etc/.deis-new.fstab
  mv -fT /etc/.deis-new.fstab /etc/fstab
  [ ! -d /run/systemd/system ] || systemctl daemon-reload
}

# mount_make POINT LINE DEVICE SEENTYPE TYPE OPTIONS: mounted first, so that a line that cannot be mounted is not left for the next boot.
mount_make() {
  mkdir -p -- "$1"
  if ! mount_live "$1" "$3" "$4"; then
    if mount_seen "$1"; then umount -- "$1"; fi
    mount -t "$5" -o "$6" -- "$3" "$1"
  elif fstab_seen "$1" && [ "$seen_lines" != "$2$nl" ]; then
    mount -o "remount,$6" -- "$1"
  fi
  fstab_set "$1" "$2"
}

mount_absent() {
  fstab_seen "$1"
  [ -z "$seen_lines" ] && ! mount_seen "$1"
}

mount_absent_diff() {
  fstab_seen "$1"
  lines_diff "$seen_lines" ''
  ! mount_seen "$1" || printf -- '-%s mounted\n' "$1"
}

mount_remove() {
  if mount_seen "$1"; then umount -- "$1"; fi
  fstab_set "$1" ''
}
