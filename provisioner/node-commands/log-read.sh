# Prints what the logs hold. Containers that are not there (any more) say nothing. Arguments: lines of each
# container, a regular expression for those that are wanted or nothing, a moment or nothing, then CONTAINER
# PROCESS for each.
count=$1 pattern=$2 since=$3
shift 3
tail=$count
[ -z "$pattern" ] || tail=
wanted() {
  if [ -z "$pattern" ]; then cat; else grep -a -e "$pattern" | tail -n "$count"; fi
}
# What is written to cat is written to a pipe, whatever our own output is.
{
  while [ $# -gt 0 ]; do
    if docker inspect "$1" >/dev/null 2>&1; then
      lines "$2" ${since:+--since "$since"} ${tail:+--tail "$tail"} "$1"
    fi
    shift 2
  done
} | cat
