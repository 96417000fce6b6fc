# apt_source_set PATH MODE OWNER GROUP CONTENT: the lists of this repository alone are fetched. One that apt refuses does not stay:
# it would look up to date, and every later apt-get update would fail for it.
apt_source_set() {
  previous=
  if [ -f "$1" ]; then
    previous=$state/work/previous.sources
    cp -p -- "$1" "$previous"
  fi
  file_write "$@" :
  if apt-get update -q -o Dir::Etc::sourcelist="$1" -o Dir::Etc::sourceparts=- -o APT::Get::List-Cleanup=0 -o APT::Update::Error-Mode=any -o DPkg::Lock::Timeout=300; then return 0; fi
  if [ -n "$previous" ]; then cp -p -- "$previous" "$1"; else rm -f -- "$1"; fi
  fail "apt does not take this repository; its file is as it was before"
}
