#!/bin/sh
# Makes the data partition reach to the end of the card, if more than 16 MiB lie behind it. Its table is one sector, which
# a power cut leaves as it was or as it is to be. The file system follows when it is mounted (x-systemd.growfs).
set -eu
part=$(readlink -f /dev/disk/by-partuuid/d00d0001-03)
name=${part#/dev/}
disk=$(basename "$(readlink -f "/sys/class/block/$name/..")")
number=$(cat "/sys/class/block/$name/partition")
end=$(($(cat "/sys/class/block/$name/start") + $(cat "/sys/class/block/$name/size")))
free=$(($(cat "/sys/class/block/$disk/size") - end))
if [ "$free" -le 32768 ]; then
  exit 0
fi
# Locked, or udev would read the half-changed table.
echo ', +' | udevadm lock --device="/dev/$disk" sfdisk --no-reread --no-tell-kernel -N "$number" "/dev/$disk"
partx --update --nr "$number" "/dev/$disk"
udevadm settle
echo "the data partition has grown by $((free / 2048)) MiB"
