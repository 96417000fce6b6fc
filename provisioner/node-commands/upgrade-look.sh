# upgrade-look.sh RUN PROGRAM FOLDER: begins the upgrade RUN of this machine's packages unless it has begun, and prints how far it is. Run as root.
# It runs in a unit of systemd, which outlives this connection: dpkg must not be cut off in the midst of a package.
umask 077
unit=deis-upgrade
mkdir -p -- "$3" && cd -- "$3" || exit 73
active='' begun=''
if systemctl is-active --quiet "$unit"; then active=1; fi
read -r begun 2>/dev/null <run || begun=''
if [ "$begun" != "$1" ]; then
  # An earlier one, whose operation has given up waiting, goes on to its end: two at once would stand in each other's way.
  if [ -n "$active" ]; then echo 'state waiting'; exit 0; fi
  rm -f -- result report output attempt
  printf '%s\n' "$2" >program
  systemd-run --quiet --collect --unit="$unit" --description='New packages, by Deis' -- /bin/sh "$3/program" "$3" || exit 1
  printf '%s\n' "$1" >run
  active=1
fi
# Asked for after the unit was: what has ended has left its exit code.
if [ -e result ]; then
  read -r code <result
  printf 'state ended %s\n' "$code"
  cat -- report
  tail -c 8000 -- output | tr '\r' '\n' | grep . | tail -n 20 | cut -c 1-500 | sed 's/^/line /'
elif [ -n "$active" ]; then
  echo 'state running'
  tail -c 2000 -- output 2>/dev/null | tr '\r' '\n' | grep . | tail -n 1 | cut -c 1-200 | sed 's/^/at /'
else
  echo 'state died'
fi
