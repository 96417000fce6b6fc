# Prints how full the disks are on which the node and its containers live: disk MOUNT KIB USED. Then what the machine has and uses,
# and how long it has computed: machine BYTES USED MILLICORES MICROSECONDS; of a node that is a container itself, within its limits.
df -P -k / /var/lib/docker 2>/dev/null | awk 'NR > 1 && !seen[$6]++ { print "disk", $6, $2, $3 }'
measure_machine() {
  set -- /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory.current /sys/fs/cgroup/memory.stat /sys/fs/cgroup/cpu.max /sys/fs/cgroup/cpu.stat
  grep -sHE '^(MemTotal:|MemAvailable:|cpu |usage_usec |inactive_file |[0-9]+( [0-9]+)?$)' /proc/meminfo /proc/stat "$@" | awk -v cores="$(nproc)" '
    {
      cut = index($0, ":")
      file = substr($0, 1, cut - 1)
      sub(/^.*\//, "", file)
      split(substr($0, cut + 1), word, " ")
      if (word[1] == "MemTotal:") bytes = word[2] * 1024
      else if (word[1] == "MemAvailable:") free = word[2] * 1024
      else if (word[1] == "cpu") busy = (word[2] + word[3] + word[4] + word[7] + word[8] + word[9]) * 10000
      else if (word[1] == "usage_usec") own = word[2]
      else if (word[1] == "inactive_file") inactive = word[2]
      else if (file == "memory.max") most = word[1]
      else if (file == "memory.current") now = word[1]
      else if (file == "cpu.max") share = word[1] / word[2]
    }
    END {
      used = bytes - free
      if (most != "" && most + 0 < bytes) { bytes = most; used = now - inactive }
      if (share != "" && share < cores) cores = share
      if (own != "") busy = own
      if (used < 0) used = 0
      printf "machine %.0f %.0f %.0f %.0f\n", bytes, used, cores * 1000, busy
    }'
}
measure_machine
