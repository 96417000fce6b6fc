# Prints what the proxy has counted, then what it has of each guest: guest NAME, and the same of that. One that does not count yet, or
# has no guests, prints nothing of these. Arguments: the URLs where it tells.
curl -s --fail --max-time 5 -- "$1" "$2" || true
