# Which of some connections have come to which containers: their kernel knows, whatever stands between. Arguments: the connections' other ends in the
# form of /proc/net/tcp in one word, then containers. Prints `CONTAINER ORIGIN` for each, and `end` at last.
export LC_ALL=C
origins=$1
shift
docker container inspect --format '{{.Name}} {{.State.Pid}}' -- "$@" 2>/dev/null | while read -r name pid; do
  if [ "$pid" -gt 0 ]; then
    # An app that listens on :: has IPv4 addresses at the end of longer ones.
    awk -v name="${name#/}" -v origins=" $origins " '
      { origin = substr($3, length($3) - 12); if (index(origins, " " origin " ")) print name, origin }
    ' "/proc/$pid/net/tcp" "/proc/$pid/net/tcp6" 2>/dev/null || :
  fi
done
echo end
