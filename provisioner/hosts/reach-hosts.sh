# What this machine reaches of others. Each argument is ADDRESS,PORT,SSHPORT with - for a port that is not asked. Prints a line for each:
# ADDRESS,PORT,SSHPORT, then yes, no or - for a connection to PORT, then the host keys that its SSH server shows, and `end` at last.
ask() {
  address=${1%%,*} ports=${1#*,}
  port=${ports%%,*} ssh=${ports#*,} connects=- keys=
  if [ "$port" != - ]; then
    connects=no
    # shellcheck disable=SC2016 # bash expands them: sh has no /dev/tcp
    if timeout 5 bash -c ': <"/dev/tcp/$1/$2"' bash "$address" "$port" 2>/dev/null; then connects=yes; fi
  fi
  if [ "$ssh" != - ]; then
    keys=$(timeout 5 ssh-keyscan -T 4 -p "$ssh" "$address" 2>/dev/null | awk '!/^#/ && NF == 3 { print $2 "," $3 }' | tr '\n' ' ')
  fi
  printf '%s %s %s\n' "$1" "$connects" "$keys"
}
for place in "$@"; do ask "$place" & done
wait
echo end
