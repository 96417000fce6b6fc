# firewall_ok CHAIN RULES: exactly these rules, called before anything lets a forwarded packet through. Docker's isolation chain, which
# lets none through, may stand before.
firewall_ok() {
  need_iptables
  first=${iptables#*"$nl-A DOCKER-USER "}
  [ "${first%%"$nl"*}" = "-j $1" ] || return 1
  first=${iptables#*"$nl-A FORWARD "}
  first=${first#"-j DOCKER-ISOLATION-STAGE-1$nl-A FORWARD "}
  [ "${first%%"$nl"*}" = '-j DOCKER-USER' ] || return 1
  before=${iptables%%"$nl$2$nl"*}
  [ "$before" != "$iptables" ] || return 1
  case ${before}${iptables#*"$nl$2$nl"} in *"-A $1 "*) return 1 ;; esac
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
