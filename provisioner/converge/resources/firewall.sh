# firewall_ok CHAIN RULES: exactly these rules, called first of all for what is forwarded to containers.
firewall_ok() {
  need_iptables
  first=${iptables#*"$nl-A DOCKER-USER "}
  [ "${first%%"$nl"*}" = "-j $1" ] || return 1
  first=${iptables#*"$nl-A FORWARD "}
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
  lines_diff "$(printf '%s\n' "$iptables" | grep -e "^-A $1 ")" "$2"
}

# firewall_set FILE RULES RESTORE: kept for the next boot first, then put in force.
firewall_set() {
  mkdir -p -- "${1%/*}"
  "$2" >"$1.deis-new"
  mv -fT -- "$1.deis-new" "$1"
  "$3"
}
