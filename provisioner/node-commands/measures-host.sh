# Prints how full the disks are on which the node and its containers live: disk MOUNT KIB USED.
df -P -k / /var/lib/docker 2>/dev/null | awk 'NR > 1 && !seen[$6]++ { print "disk", $6, $2, $3 }'
