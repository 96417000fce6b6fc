# package_state NAME: `installed 1.2-3`, `config-files 1.2-3` or nothing, into $seen.
package_state() {
  need_packages
  seen=${packages#*"$nl$1 "}
  if [ "$seen" = "$packages" ]; then seen=; else seen=${seen%%"$nl"*}; fi
}

packages_ok() {
  for name in "$@"; do
    package_state "$name"
    case $seen in 'installed '*) ;; *) return 1 ;; esac
  done
}

packages_diff() {
  for name in "$@"; do packages_ok "$name" || printf -- '+%s\n' "$name"; done
}

# package_is NAME VERSION
package_is() {
  package_state "$1"
  [ "$seen" = "installed $2" ]
}

package_version_diff() {
  package_state "$1"
  printf '%s\n' "${seen:+-$1 $seen$nl}+$1 installed $2"
}

# packages_newest NAME...: apt knows no newer version.
packages_newest() {
  [ -z "$(packages_outdated "$@")" ]
}

packages_outdated() {
  apt-cache policy -- "$@" | awk '/^[^ ]/ { name = $1; sub(/:$/, "", name) } $1 == "Installed:" { have = $2 } $1 == "Candidate:" && $2 != have { print name " " have " " $2 }'
}

packages_upgrade_diff() {
  packages_outdated "$@" | while read -r name have newest; do printf -- '-%s %s\n+%s %s\n' "$name" "$have" "$name" "$newest"; done
}

packages_removed() {
  for name in "$@"; do
    package_state "$name"
    case $seen in '' | 'config-files '* | 'not-installed'*) ;; *) return 1 ;; esac
  done
}

packages_purged() {
  for name in "$@"; do
    package_state "$name"
    case $seen in '' | 'not-installed'*) ;; *) return 1 ;; esac
  done
}

# packages_absence_diff removed|purged NAME...
packages_absence_diff() {
  absence=$1
  shift
  for name in "$@"; do "packages_$absence" "$name" || printf -- '-%s %s\n' "$name" "$seen"; done
}

apt_install() {
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
    -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@"
}

# Lists that are older than the mirror, or missing, are the usual reason why an install fails: then, and only then, they are fetched.
# What came in is written down, for a host that leaves one day to be as it was.
packages_install() {
  packages_now "$work/packages-before"
  if ! apt_install "$@"; then
    apt-get update -q -o DPkg::Lock::Timeout=300
    apt_install "$@"
  fi
  packages_now "$work/packages-after"
  comm -13 "$work/packages-before" "$work/packages-after" >>"$state/installed-packages"
}

packages_now() {
  dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | sort -u >"$1"
}

# apt_remove remove|purge NAME...
apt_remove() {
  how=$1
  shift
  DEBIAN_FRONTEND=noninteractive apt-get "$how" -y -q -o DPkg::Lock::Timeout=300 -- "$@"
}
