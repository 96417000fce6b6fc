#!/bin/sh
# Debian's Ruby, which was made to lie in /usr, is told where its libraries are. The controller fills in LINE (3.1) and TRIPLET (x86_64-linux-gnu).
root=/app/.deis/ruby
libraries=$root/lib/@TRIPLET@
case ":${LD_LIBRARY_PATH-}:" in
  *":$libraries:"*) ;;
  *) export LD_LIBRARY_PATH="$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" ;;
esac
case ":${RUBYLIB-}:" in
  *":$root/lib/ruby/@LINE@.0:"*) ;;
  *) export RUBYLIB="${RUBYLIB:+$RUBYLIB:}$root/lib/ruby/@LINE@.0:$libraries/ruby/@LINE@.0" ;;
esac
exec "$root/libexec/ruby@LINE@" "$@"
