# holders_of PATH: ids of the containers, stopped ones too, into which PATH is bound, or whose overlay lies over it, a line each.
holders_of() {
  docker ps --all --quiet --filter "volume=$1" 2>/dev/null && docker ps --all --quiet --filter "label=deis.lower=$1" 2>/dev/null
}
