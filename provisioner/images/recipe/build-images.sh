#!/bin/sh
# Makes root file systems and writes each as a tar stream to $OUTPUT/<kind>, a pipe or a file.
# Runs as root in mount and process namespaces of its own (unshare), so that whatever ends it leaves neither mount nor process.
# Arguments: the kinds to make (stack, node). Environment: INPUT (a directory: sources/, apt.conf, ca.crt, packages.<kind>, files.<kind>/
# and the other scripts of this folder), OUTPUT, WORK (an empty directory), SUITE, MEMORY (1: work in a tmpfs, which halves the time).
# Lines on stdout are progress, those on stderr are the tools' own.
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
unset TMPDIR SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE

if [ "$MEMORY" = 1 ]; then mount -t tmpfs -o mode=0755,size=90% deis-images "$WORK"; fi

# An interrupted build is thrown away, so nothing needs an fsync; nobody reads documentation inside.
dpkg_speed='force-unsafe-io'
leave_out='/usr/share/doc/* /usr/share/man/* /usr/share/info/* /usr/share/locale/* /usr/share/lintian/* /usr/bin/*-lto-dump-* /usr/bin/dnet /usr/sbin/ovrouter'

# What all images begin as, made once.
make_base() {
  mmdebstrap --verbose --mode=root --variant=minbase --format=directory --skip=check/empty,cleanup/apt/lists \
    --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
    --dpkgopt="$dpkg_speed" --aptopt="$INPUT/apt.conf" \
    --setup-hook="sh '$INPUT/copy-keyrings.sh' '$INPUT/sources' \"\$1\"" \
    --customize-hook="sh '$INPUT/trust-host-authorities.sh' '$INPUT/ca.crt' \"\$1\"" \
    --include="$(tr '\n' ',' <"$INPUT/packages.base")" \
    "$SUITE" "$WORK/base" "$INPUT"/sources/* >&2
  rm -rf "$WORK"/base/usr/share/doc/* "$WORK"/base/usr/share/man/* "$WORK"/base/usr/share/info/* "$WORK"/base/usr/share/locale/*
  # No service starts while packages are installed.
  printf '#!/bin/sh\nexit 101\n' >"$WORK/base/usr/sbin/policy-rc.d"
  chmod 755 "$WORK/base/usr/sbin/policy-rc.d"
}

# $1: kind. Installs its packages into a copy of the base and runs its setup script inside.
make_tree() {
  tree="$WORK/$1"
  cp -a "$WORK/base" "$tree"
  mount -t proc proc "$tree/proc"
  mount --rbind /sys "$tree/sys"
  mount --rbind /dev "$tree/dev"
  cp /etc/resolv.conf "$tree/etc/resolv.conf"
  set -f
  options="-o DPkg::Options::=--$dpkg_speed"
  for path in $leave_out; do options="$options -o DPkg::Options::=--path-exclude=$path"; done
  packages=$(cat "$INPUT/packages.$1")
  chroot "$tree" apt-get install -qq -y $options $packages >&2
  set +f
  cp -R --no-target-directory "$INPUT/files.$1" "$tree"
  chroot "$tree" sh -s <"$INPUT/setup-$1.sh" >&2
  umount -l "$tree/dev" "$tree/sys" "$tree/proc"
  rm -rf "$tree"/usr/sbin/policy-rc.d "$tree"/var/lib/apt/lists/* "$tree"/var/cache/apt/* "$tree"/etc/resolv.conf "$tree"/tmp/*
  find "$tree/var/log" -type f -delete
}

# $1: kind.
deliver() {
  echo "$1 image: installing packages"
  make_tree "$1"
  echo "$1 image: handing it to the Docker engine"
  tar -C "$WORK/$1" --numeric-owner --xattrs --one-file-system -cf - . >"$OUTPUT/$1"
  rm -rf "${WORK:?}/$1"
}

echo "installing the base of $SUITE"
make_base
for kind in "$@"; do
  deliver "$kind" &
  eval "pid_$kind=$!"
done
failed=''
for kind in "$@"; do
  eval "wait \$pid_$kind" || failed="$failed $kind"
done
[ -z "$failed" ] || { echo "failed:$failed" >&2; exit 1; }
