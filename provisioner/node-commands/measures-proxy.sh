# Prints what the proxy has counted, from $url. One that does not count yet prints nothing.
curl -s --fail --max-time 5 -- "$url" || true
