# firewall_ok CHAIN RULES: exactly these rules, called before anything lets a forwarded packet through. Docker's isolation chain, which
# lets none through, may stand before.
firewall_ok() {
  need_iptables
  own='' user='' forward=''
  # Not by patterns over all of it: dash takes a tenth of a second for the rules of twenty of Docker's networks.
  IFS=$nl
  set -f
  for rule in $iptables; do
    case $rule in
      "-A $1 "*) own=$own${own:+$nl}$rule ;;
      '-A DOCKER-USER '*) user=${user:-$rule} ;;
      '-A FORWARD '*) case $forward in '' | '-A FORWARD -j DOCKER-ISOLATION-STAGE-1') forward=$rule ;; esac ;;
    esac
  done
  set +f
  unset IFS
  [ "$user" = "-A DOCKER-USER -j $1" ] && [ "$forward" = '-A FORWARD -j DOCKER-USER' ] && [ "$own" = "$2" ]
}

# firewall_saved FILE RULES: read without a fork.
firewall_saved() {
  saved=
  while IFS= read -r rule; do saved=$saved${saved:+$nl}$rule; done <"$1" && [ "$saved" = "$2" ]
}

# firewall_diff CHAIN RULES
firewall_diff() {
  need_iptables
  lines_diff "$(printf '%s\n' "$iptables" | grep -e "^-A $1 " -e " -j $1\$")" "$2$nl-A DOCKER-USER -j $1"
}

# firewall_set FILE RULES RESTORE: kept for the next boot first, then put in force.
firewall_set() {
  mkdir -p -- "${1%/*}"
  "$2" >"$1.deis-new"
  mv -fT -- "$1.deis-new" "$1"
  "$3"
}
