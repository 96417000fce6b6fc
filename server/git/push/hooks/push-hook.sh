# A hook of a push, pre-receive or proc-receive (githooks(5)). $1: which. File descriptor 3, inherited through git, leads to the controller,
# which decides: see hook-line.ts. This only carries what git says there, and back what the controller says. What it does not hear from
# there is a refusal, so that nothing is accepted when the controller goes away.
# A shell: it starts in a twentieth of the time that Node.js takes, and each push waits for two of them.

trap '' PIPE
gone='the controller went away; what it has begun goes on when it is back: push again to follow it'

case $1 in
pre-receive)
  updates=$(cat)
  # Commits that come with the push and no branch here has; none that can be told where their history has a gap, which git names in words
  # of its own alone: then it ends before it has read all, of which what writes to it would complain.
  commits=$({ printf '%s\n' "$updates" | cut -d ' ' -f 2 | grep -v '^0*$'; } 2>/dev/null |
    git rev-list --count --stdin --not --branches 2>/dev/null) || commits=-
  printf 'pre-receive %s\n%s\n\n' "$commits" "$updates" 2>/dev/null >&3
  ;;
proc-receive)
  # A background command loses its input unless that is given by another number.
  exec 4<&0
  printf 'proc-receive\n' 2>/dev/null >&3
  # git waits for an answer with its end open.
  cat <&4 2>/dev/null >&3 &
  relay=$!
  trap 'kill "$relay" 2>/dev/null' EXIT
  exec 4<&-
  ;;
esac

while IFS= read -r line <&3; do
  case $line in
  'err '*) printf '%s\n' "${line#err }" >&2 ;;
  'out '*) printf '%s' "${line#out }" ;;
  # Much at once, so many bytes: a shell reads lines a byte at a time.
  'err+ '*) head -c "${line#err+ }" <&3 >&2 ;;
  'out+ '*) head -c "${line#out+ }" <&3 ;;
  # Its packet has a NUL within.
  'version push-options') printf '001aversion=1\000push-options0000' ;;
  'end '*) exit "${line#end }" ;;
  esac
done
printf '%s\n' "$gone" >&2
exit 1
