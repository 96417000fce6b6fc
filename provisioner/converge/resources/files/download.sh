# fetch FILE: fetches what the curl configuration on stdin names. Steady trickles are let through, stalls are not.
# What breaks off goes on where it broke, up to five attempts in all; a server that cannot do so begins anew. The caller checks the sum.
fetch() {
  config=$(cat)
  : >"$1"
  for attempt in 1 2 3 4 5; do
    if answer=$(printf '%s\n' "$config" | curl --config - --fail --silent --show-error --location --proto '=http,https' --connect-timeout 10 \
      --speed-limit 1000 --speed-time 30 --continue-at - --write-out '%{http_code}' --output "$1"); then why=0; else why=$?; fi
    case $why,$answer in
    0,416 | 22,416 | 33,*) : >"$1" ;;
    0,*) return 0 ;;
    22,408 | 22,429 | 22,500 | 22,502 | 22,503 | 22,504) ;;
    5,* | 6,* | 7,* | 16,* | 18,* | 28,* | 35,* | 52,* | 55,* | 56,* | 92,*) ;;
    *) return "$why" ;;
    esac
    [ "$attempt" = 5 ] || sleep "$pause"
  done
  [ "$why" != 0 ] || why=22
  return "$why"
}
