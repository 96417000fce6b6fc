# Runs inside the new node image: a Debian that boots to SSH and cloud-init as a cloud's machine does, in little more than a second.
set -eu

# The identity of a machine comes with its launch: host keys and name from cloud-init, machine id from the first boot.
rm -f /etc/ssh/ssh_host_* /var/lib/dbus/machine-id
: >/etc/machine-id
install -d -m 0755 /var/lib/cloud/seed/nocloud
cat >/etc/cloud/cloud.cfg.d/90-deis.cfg <<'CONFIG'
# The seed is on the disk already; no other source is looked for. The address is the container engine's business.
datasource_list: [NoCloud, None]
network: { config: disabled }
manage_etc_hosts: false
CONFIG
printf 'datasource: NoCloud\n' >/etc/cloud/ds-identify.cfg

printf 'UseDNS no\nPasswordAuthentication no\nPermitRootLogin no\n' >/etc/ssh/sshd_config.d/10-deis.conf

# No console, no hardware, no clock of its own, no timers: the host has them.
systemctl --quiet mask getty@.service console-getty.service serial-getty@.service systemd-logind.service systemd-udevd.service \
  systemd-udev-trigger.service systemd-modules-load.service systemd-remount-fs.service sys-kernel-debug.mount sys-kernel-tracing.mount \
  sys-kernel-config.mount sys-fs-fuse-connections.mount dev-hugepages.mount dev-mqueue.mount proc-sys-fs-binfmt_misc.automount \
  apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer motd-news.timer \
  systemd-firstboot.service cloud-init-hotplugd.socket networking.service systemd-networkd.service systemd-networkd.socket ifupdown-pre.service
systemctl --quiet set-default multi-user.target
systemctl --quiet enable deis-resolver.service
# The proxy recipe starts nginx where it is wanted.
systemctl --quiet disable nginx.service
rm -f /etc/nginx/sites-enabled/default
