# group_line NAME: its line of /etc/group into $line.
group_line() {
  need_groups
  line=${groups#*"$nl$1:"}
  [ "$line" != "$groups" ] || return 1
  line=${line%%"$nl"*}
}

# members_ok MEMBERS APPEND WANTED...
members_ok() {
  have=,$1, append=$2
  rest=$have
  shift 2
  for member in "$@"; do
    case $have in *",$member,"*) ;; *) return 1 ;; esac
    rest=${rest%%",$member,"*},${rest#*",$member,"}
  done
  [ -n "$append" ] || case $rest in *[!,]*) return 1 ;; esac
}

# group_ok NAME GID SYSTEM APPEND LOOK [MEMBER...]: an empty word is not looked at.
group_ok() {
  group_line "$1" || return 1
  line=${line#*:}
  [ -z "$2" ] || [ "${line%%:*}" = "$2" ] || return 1
  [ -n "$5" ] || return 0
  append=$4
  shift 5
  members_ok "${line#*:}" "$append" "$@"
}

group_diff() {
  if group_line "$1"; then printf -- '-%s:%s\n' "$1" "$line"; fi
  wanted_group=$1${2:+, gid $2} append=$4 look=$5
  shift 5
  printf -- '+%s%s\n' "$wanted_group" "${look:+, members ${append:+also }$*}"
}

group_repair() {
  if ! getent group -- "$1" >/dev/null; then
    groupadd ${2:+--gid "$2"} ${3:+--system} -- "$1"
  elif [ -n "$2" ]; then
    groupmod --gid "$2" -- "$1"
  fi
  [ -n "$5" ] || return 0
  group=$1 append=$4
  shift 5
  if [ -n "$append" ]; then
    for member in "$@"; do gpasswd --add "$member" "$group"; done
  else
    members=$(printf '%s,' "$@")
    gpasswd --members "${members%,}" "$group"
  fi
}

group_absent() {
  ! group_line "$1"
}

# user_entry NAME: its line of /etc/passwd after the name into $entry.
user_entry() {
  need_users
  entry=${users#*"$nl$1:"}
  [ "$entry" != "$users" ] || return 1
  entry=${entry%%"$nl"*}:
}

user_absent() {
  ! user_entry "$1"
}

# user_ok NAME UID GROUP HOME SHELL SYSTEM COMMENT MANAGEHOME [GROUP...]
user_ok() {
  user_entry "$1" || return 1
  entry=${entry#*:}
  [ -z "$2" ] || [ "${entry%%:*}" = "$2" ] || return 1
  entry=${entry#*:}
  if [ -n "$3" ]; then
    group_line "$3" || return 1
    line=${line#*:}
    [ "${entry%%:*}" = "${line%%:*}" ] || return 1
  fi
  entry=${entry#*:}
  [ -z "$7" ] || [ "${entry%%:*}" = "$7" ] || return 1
  entry=${entry#*:}
  [ -z "$4" ] || [ "${entry%%:*}" = "$4" ] || return 1
  [ -z "$8" ] || [ -d "${entry%%:*}" ] || return 1
  entry=${entry#*:}
  [ -z "$5" ] || [ "${entry%%:*}" = "$5" ] || return 1
  user=$1
  shift 8
  for name in "$@"; do
    group_line "$name" || return 1
    members_ok "${line#*:*:}" also "$user" || return 1
  done
}

user_repair() {
  user=$1 home_too=$8
  if getent passwd -- "$1" >/dev/null; then
    usermod ${2:+--uid "$2"} ${3:+--gid "$3"} ${4:+--home "$4"} ${5:+--shell "$5"} ${7:+--comment "$7"} -- "$1"
  else
    useradd ${2:+--uid "$2"} ${3:+--gid "$3"} ${4:+--home-dir "$4"} ${5:+--shell "$5"} ${6:+--system} ${7:+--comment "$7"} ${8:+--create-home} -- "$1"
  fi
  shift 8
  for name in "$@"; do gpasswd --add "$user" "$name"; done
  [ -z "$home_too" ] || user_home "$user"
}

# user_home NAME: the home directory of one that is there already.
user_home() {
  home=$(getent passwd -- "$1" | cut -d : -f 6)
  [ ! -d "$home" ] || return 0
  cp -rT -- /etc/skel "$home"
  chown -R -- "$1:" "$home"
  chmod 0700 -- "$home"
}
