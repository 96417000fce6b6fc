#!/bin/bash
# Asks backends as a proxy would, all at once, and keeps each connection until its input ends, so that nodes can say whose containers they reach.
# Arguments: SECONDS PATH ADDRESS,PORT... Without a PATH a connection is enough. Prints of each `ADDRESS,PORT open` when it has connected, or why not
# in bash's own words; then `ADDRESS,PORT ORIGIN STATUS`, ORIGIN being its own end in the form of /proc/net/tcp; and `end` when SECONDS are over.
export LC_ALL=C
trap '' PIPE
seconds=$1 path=$2
shift 2
ask() {
  exec 3<>"/dev/tcp/${1%,*}/${1##*,}" || exit
  printf '%s open\n' "$1"
  socket=$(readlink /proc/self/fd/3)
  origin=$(awk -v inode="${socket//[!0-9]/}" '$10 == inode { print $2; exit }' /proc/net/tcp)
  status=-
  if [ -n "$path" ]; then
    host=${1%,*}:${1##*,}
    # In one piece: bash writes line by line. The last line ends by being given.
    printf -v request 'GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: deis-health\r\nAccept: */*\r\nConnection: close\r\n\r' "$path" "$host"
    cat <<<"$request" >&3
    IFS=' ' read -r -n 64 -t "$seconds" version status _ <&3
    # Beyond 128: in SECONDS nothing came.
    if [ $? -gt 128 ]; then exit; fi
    case $version,$status in
      HTTP/1.[01],[1-5][0-9][0-9]*) status=${status:0:3} ;;
      ,*) status=closed ;;
      *) status=other ;;
    esac
  fi
  printf '%s %s %s\n' "$1" "${origin:--}" "$status"
  # The app closes first, so that its end is remembered; one that does not is kept.
  exec cat <&3 >/dev/null
}
trap 'kill $(jobs -p) 2>/dev/null' EXIT
trap exit HUP INT TERM
exec 4<&0
for place; do ask "$place" </dev/null 2>&1 4<&- & done
read -r -t "$seconds" _ <&4
if [ $? -gt 128 ]; then
  echo end
  read -r -t 30 _ <&4
fi
exit 0
