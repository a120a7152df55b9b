#!/bin/sh
# Renews what cloud-init leaves alone when a disk becomes another machine: the machine-id and root's login.
# cloud-init runs this early in every boot; the instance-id recorded last makes it act once.

instance_id=@INSTANCE_ID@
password_hash=@PASSWORD_HASH@
recorded=/var/lib/dew/instance-id
if [ "$(cat "$recorded" 2>/dev/null)" = "$instance_id" ]; then exit 0; fi

tr -d - </proc/sys/kernel/random/uuid >/etc/machine-id.new
chmod 444 /etc/machine-id.new
mv -f /etc/machine-id.new /etc/machine-id
if [ -d /var/lib/dbus ] && [ ! -L /var/lib/dbus/machine-id ]; then cp /etc/machine-id /var/lib/dbus/machine-id; fi

login=/etc/ssh/sshd_config.d/10-dew.conf
if [ -n "$password_hash" ]; then
    printf 'root:%s\n' "$password_hash" | chpasswd -e
    if [ -d "${login%/*}" ]; then printf 'PermitRootLogin yes\nPasswordAuthentication yes\n' >"$login"; fi
else
    usermod --lock root 2>/dev/null || passwd -l root
    rm -f "$login"
fi
rm -f /root/.ssh/authorized_keys

mkdir -p "${recorded%/*}"
sync
printf '%s\n' "$instance_id" >"$recorded.new"
mv -f "$recorded.new" "$recorded"
sync
