# Which of some connections have come to which containers: their kernel knows, whatever stands between. Arguments: the connections' other ends in the
# form of /proc/net/tcp in one word, then containers. Prints `CONTAINER ORIGIN` for each, and `end` at last.
# What this machine asks itself comes to a container from its bridge's address, by the same port.
export LC_ALL=C
origins=$1
shift
own=$(hostname -I 2>/dev/null | tr ' ' '\n' | awk -F. 'NF == 4 { printf " %02X%02X%02X%02X ", $4, $3, $2, $1 }')
docker container inspect --format '{{.Name}} {{.State.Pid}}' -- "$@" 2>/dev/null | while read -r name pid; do
  if [ "$pid" -gt 0 ]; then
    # An app that listens on :: has IPv4 addresses at the end of longer ones.
    awk -v name="${name#/}" -v origins=" $origins " -v own="$own" '
      BEGIN {
        count = split(origins, asked, " ")
        for (n = 1; n <= count; n++) if (isOwn(asked[n])) byPort[substr(asked[n], 10)] = asked[n]
      }
      function isOwn(end) { return index(own, " " substr(end, 1, 8) " ") }
      {
        origin = substr($3, length($3) - 12)
        if (isOwn(origin) && substr(origin, 10) in byPort) origin = byPort[substr(origin, 10)]
        if (index(origins, " " origin " ")) print name, origin
      }
    ' "/proc/$pid/net/tcp" "/proc/$pid/net/tcp6" 2>/dev/null || :
  fi
done
echo end
