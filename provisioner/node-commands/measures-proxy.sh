# Prints what the proxy has counted. One that does not count yet prints nothing. Argument: the URL where it tells.
curl -s --fail --max-time 5 -- "$1" || true
