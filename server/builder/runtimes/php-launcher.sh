#!/bin/bash
# Debian's PHP, which was made to lie in /usr, is told where its libraries and settings are. The controller fills in PROGRAM (php)
# and TRIPLET (x86_64-linux-gnu). By its first argument PHP knows what to call for another PHP: this.
root=/app/.deis/php
libraries=$root/lib/@TRIPLET@
case ":${LD_LIBRARY_PATH-}:" in
  *":$libraries:"*) ;;
  *) export LD_LIBRARY_PATH="$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" ;;
esac
export PHPRC="${PHPRC-$root/etc}"
# An empty place stands for the one that was compiled in.
case ":${PHP_INI_SCAN_DIR-}:" in
  *":$root/etc/conf.d:"*) ;;
  *) export PHP_INI_SCAN_DIR="$root/etc/conf.d${PHP_INI_SCAN_DIR:+:${PHP_INI_SCAN_DIR#:}}" ;;
esac
exec -a "$root/bin/@PROGRAM@" "$root/libexec/@PROGRAM@" "$@"
