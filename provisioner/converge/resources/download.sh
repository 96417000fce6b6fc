# fetch FILE: fetches what the curl configuration on stdin names. Steady trickles are let through, stalls are not.
fetch() {
  curl --config - --fail --silent --show-error --location --proto '=http,https' --connect-timeout 10 --speed-limit 1000 --speed-time 30 \
    --retry 4 --retry-delay 1 --retry-connrefused --output "$1"
}
