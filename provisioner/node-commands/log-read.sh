# Prints what the logs hold. Containers that are not there (any more) say nothing. Arguments: lines of each
# container, a regular expression for those that are wanted or nothing, two moments or nothing, then CONTAINER
# PROCESS for each.
count=$1 pattern=$2 since=$3 until=$4
shift 4
# Docker counts lines before it looks at the second moment.
tail=$count
[ -z "$pattern$until" ] || tail=
wanted() {
  if [ -n "$pattern" ]; then grep -a -e "$pattern" | tail -n "$count"
  elif [ -n "$until" ]; then tail -n "$count"
  else cat; fi
}
# What is written to cat is written to a pipe, whatever our own output is.
{
  while [ $# -gt 0 ]; do
    if docker inspect "$1" >/dev/null 2>&1; then
      lines "$2" ${since:+--since "$since"} ${until:+--until "$until"} ${tail:+--tail "$tail"} "$1"
    fi
    shift 2
  done
} | cat
