packages_ok() {
  need_packages
  for name in "$@"; do
    case $packages in *"$nl$name installed$nl"*) ;; *) return 1 ;; esac
  done
}

packages_diff() {
  for name in "$@"; do packages_ok "$name" || printf -- '+%s\n' "$name"; done
}

apt_install() {
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
    -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -- "$@"
}

# Lists that are older than the mirror, or missing, are the usual reason why an install fails: then, and only then, they are fetched.
packages_install() {
  if apt_install "$@"; then return 0; fi
  apt-get update -q -o DPkg::Lock::Timeout=300
  apt_install "$@"
}
