# unit_block UNIT: the unit's properties into $block.
unit_block() {
  need_units
  block=${units#*"${nl}Id=$1$nl"}
  [ "$block" != "$units" ] || return 1
  block=$nl${block%%"$nl$nl"*}$nl
}

# service_ok UNIT ACTIVE ENABLED MASKED: an empty word is not looked at.
service_ok() {
  unit_block "$1" || return 1
  case $4 in
    masked) case $block in *"${nl}UnitFileState=masked"*) ;; *) return 1 ;; esac ;;
    unmasked) case $block in *"${nl}UnitFileState=masked"*) return 1 ;; esac ;;
  esac
  case $2 in
    active) case $block in *"${nl}ActiveState=active$nl"* | *"${nl}ActiveState=reloading$nl"*) ;; *) return 1 ;; esac ;;
    inactive) case $block in *"${nl}ActiveState=inactive$nl"* | *"${nl}ActiveState=failed$nl"*) ;; *) return 1 ;; esac ;;
  esac
  case $3 in
    enabled) case $block in *"${nl}UnitFileState=enabled$nl"* | *"${nl}UnitFileState=static$nl"* | *"${nl}UnitFileState=generated$nl"*) ;; *) return 1 ;; esac ;;
    disabled) case $block in *"${nl}UnitFileState=enabled$nl"*) return 1 ;; esac ;;
  esac
}

service_diff() {
  service_ok "$1" "$2" '' '' || printf -- '-%s not %s\n+%s %s\n' "$1" "$2" "$1" "$2"
  service_ok "$1" '' "$3" '' || printf -- '-%s not %s\n+%s %s\n' "$1" "$3" "$1" "$3"
  service_ok "$1" '' '' "$4" || printf -- '-%s not %s\n+%s %s\n' "$1" "$4" "$1" "$4"
}

# unit_refresh UNIT: systemd reads changed unit files again, which takes a while, only when there are any.
unit_refresh() {
  [ "$(systemctl show --property=NeedDaemonReload --value -- "$1")" = no ] || systemctl daemon-reload
}

# unit_enable VERB UNIT: a unit with a file of its own needs no links of the old init, which cost a reload of systemd each.
unit_enable() {
  case $(systemctl show --property=FragmentPath --value -- "$2") in
    '' | /run/systemd/generator*) systemctl "$1" --quiet -- "$2" ;;
    *) SYSTEMCTL_SKIP_SYSV=1 systemctl "$1" --quiet -- "$2" ;;
  esac
}

# What a unit that does not start has to say is in its journal.
service_repair() {
  case $4 in masked) systemctl mask --quiet -- "$1" ;; unmasked) systemctl unmask --quiet -- "$1" ;; esac
  case $3 in enabled) unit_enable enable "$1" ;; disabled) unit_enable disable "$1" ;; esac
  case $2 in
    active) unit_refresh "$1"; systemctl start -- "$1" || unit_failed "$1" ;;
    inactive) systemctl stop -- "$1" ;;
  esac
}

# service_act ACTION UNIT
service_act() {
  unit_refresh "$2"
  systemctl "$1" -- "$2" || unit_failed "$2"
}

unit_failed() {
  journalctl --no-pager --lines 20 --unit "$1"
  fail "systemd could not bring $1 to where it should be"
}
