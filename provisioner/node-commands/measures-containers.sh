# Prints what the control groups of Docker's containers hold, a line each: container ID MICROSECONDS BYTES INACTIVE LIMIT,
# with a dash for what is not there. Needs no rights. One that ends meanwhile is left out, or has gaps.
export LC_ALL=C
measure_containers() {
  if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    set -- /sys/fs/cgroup/system.slice/docker-*.scope /sys/fs/cgroup/docker/*/
    cpu=cpu.stat now=memory.current most=memory.max unit=1
  else
    set -- /sys/fs/cgroup/*/system.slice/docker-*.scope /sys/fs/cgroup/*/docker/*/
    cpu=cpuacct.usage now=memory.usage_in_bytes most=memory.limit_in_bytes unit=1000
  fi
  files=
  for group; do
    case $group in
      /sys/fs/cgroup/cpuacct/*) files="$files $group/$cpu" ;;
      /sys/fs/cgroup/memory/*) files="$files $group/$now $group/$most $group/memory.stat" ;;
      /sys/fs/cgroup/*/system.slice/* | /sys/fs/cgroup/*/docker/*) ;;
      *) files="$files $group/$cpu $group/$now $group/$most $group/memory.stat" ;;
    esac
  done
  # shellcheck disable=SC2086
  grep -sHE '^(usage_usec |(total_)?inactive_file |[0-9]+$|max$)' $files /dev/null | awk -v unit="$unit" -v now="$now" -v most="$most" '
    {
      cut = index($0, ":")
      parts = split(substr($0, 1, cut - 1), path, "/")
      value = substr($0, cut + 1)
      file = path[parts]
      id = path[parts - 1] == "" ? path[parts - 2] : path[parts - 1]
      sub(/^docker-/, "", id); sub(/[.]scope$/, "", id)
      if (file == now) { bytes[id] = value }
      else if (file == most) { limit[id] = value }
      else if (file == "cpuacct.usage") { used[id] = sprintf("%.0f", value / unit) }
      else if (value ~ /^usage_usec /) { split(value, word, " "); used[id] = word[2] }
      else if (value ~ /^inactive_file / && inactive[id] == "") { split(value, word, " "); inactive[id] = word[2] }
      else if (value ~ /^total_inactive_file /) { split(value, word, " "); inactive[id] = word[2] }
    }
    function shown(text) { return text == "" ? "-" : text }
    END { for (id in used) print "container", id, used[id], shown(bytes[id]), shown(inactive[id]), shown(limit[id]) }'
}
measure_containers
