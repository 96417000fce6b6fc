# Whether the argument, an address or a name, is an address of this machine's own interfaces: prints yes or no.
set -u
own=" $(hostname -I) "
for address in $(getent ahosts "$1" | awk '{ print $1 }' | sort -u); do
  case $own in *" $address "*) echo yes && exit ;; esac
done
echo no
