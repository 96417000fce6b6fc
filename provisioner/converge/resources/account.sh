# group_line NAME: its line of /etc/group into $line.
group_line() {
  need_groups
  line=${groups#*"$nl$1:"}
  [ "$line" != "$groups" ] || return 1
  line=${line%%"$nl"*}
}

# group_ok NAME GID SYSTEM: an empty word is not looked at.
group_ok() {
  group_line "$1" || return 1
  line=${line#*:}
  [ -z "$2" ] || [ "${line%%:*}" = "$2" ]
}

group_repair() {
  if getent group -- "$1" >/dev/null; then
    groupmod --gid "$2" -- "$1"
  else
    groupadd ${2:+--gid "$2"} ${3:+--system} -- "$1"
  fi
}

# user_ok NAME UID GROUP HOME SHELL SYSTEM
user_ok() {
  need_users
  entry=${users#*"$nl$1:"}
  [ "$entry" != "$users" ] || return 1
  entry=${entry%%"$nl"*}:
  entry=${entry#*:}
  [ -z "$2" ] || [ "${entry%%:*}" = "$2" ] || return 1
  entry=${entry#*:}
  if [ -n "$3" ]; then
    group_line "$3" || return 1
    line=${line#*:}
    [ "${entry%%:*}" = "${line%%:*}" ] || return 1
  fi
  entry=${entry#*:*:}
  [ -z "$4" ] || [ "${entry%%:*}" = "$4" ] || return 1
  entry=${entry#*:}
  [ -z "$5" ] || [ "${entry%%:*}" = "$5" ]
}

user_repair() {
  if getent passwd -- "$1" >/dev/null; then
    usermod ${2:+--uid "$2"} ${3:+--gid "$3"} ${4:+--home "$4"} ${5:+--shell "$5"} -- "$1"
  else
    useradd ${2:+--uid "$2"} ${3:+--gid "$3"} ${4:+--home-dir "$4"} ${5:+--shell "$5"} ${6:+--system} -- "$1"
  fi
}
