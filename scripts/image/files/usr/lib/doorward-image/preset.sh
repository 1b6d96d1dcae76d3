#!/bin/sh
# usage: preset.sh FILE FOLDER NAME   what FILE presets, checked, becomes files in FOLDER that only root can read, and the
# host name is written to NAME, which is the kernel's.
# FILE has one name=value a line. It is read at every boot and never written, so that changing it changes the device.
# A line that cannot be used is said by its number and left out (its value is not shown: it may be a password);
# the other lines are used all the same, because a typing error in one must not cost the way to the device.
set -eu
file=$1 folder=$2 kernel_name=$3
umask 077
rm -rf "$folder"
mkdir -p "$folder"
wifi_name='' wifi_password='' wifi_country='' wifi_open=yes line_number=0 refused=0

refuse() {
  echo "cannot use line $line_number of ${file##*/}: $1" >&2
  refused=1
}

# matches VALUE PATTERN: the whole value, one line, plain characters only.
matches() {
  printf '%s' "$1" | LC_ALL=C grep -qxE "$2"
}

take() {
  case $1 in
    host-name)
      if matches "$2" '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?'; then printf '%s\n' "$2" >"$kernel_name"
      else refuse 'host-name takes 1 to 63 small letters, digits and hyphens'; fi ;;
    ssh-key)
      if matches "$2" '(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)|sk-ssh-ed25519@openssh\.com|sk-ecdsa-sha2-nistp256@openssh\.com) [A-Za-z0-9+/]{40,2000}={0,3}( [ -~]{0,200})?'; then printf '%s\n' "$2" >>"$folder/authorized_keys"
      else refuse 'ssh-key takes a public key as it stands in a .pub file: ssh-ed25519 AAAA… name'; fi ;;
    wifi-name)
      if [ -n "$2" ] && [ "$(printf '%s' "$2" | wc -c)" -le 32 ]; then wifi_name=$2
      else refuse 'wifi-name takes 1 to 32 bytes'; fi ;;
    wifi-password)
      wifi_open=no
      if matches "$2" '[ -~]{8,63}'; then wifi_password=$2
      else refuse 'wifi-password takes 8 to 63 plain characters'; fi ;;
    wifi-country)
      if matches "$2" '[A-Z]{2}'; then wifi_country=$2
      else refuse 'wifi-country takes two capital letters: DE, GB, US'; fi ;;
    *) refuse 'the name before = is none of host-name, ssh-key, wifi-name, wifi-password, wifi-country' ;;
  esac
}

# Written on any computer: a byte order mark and carriage returns are taken off. No preset needs more than 16 KiB.
head -c 16384 "$file" | sed '1s/^\xef\xbb\xbf//; s/[[:space:]]*$//' >"$folder/lines"
while IFS= read -r line || [ -n "$line" ]; do
  line_number=$((line_number + 1))
  case $line in
    '' | '#'*) ;;
    *=*) take "${line%%=*}" "${line#*=}" ;;
    *) refuse 'it has no =' ;;
  esac
done <"$folder/lines"
rm "$folder/lines"

# A password that could not be used must not mean none.
if [ "$wifi_open" = no ] && [ -z "$wifi_password" ]; then wifi_name=''; fi
# The name in hexadecimal, so that no character of it means anything; the last quote ends the password, none before does.
if [ -n "$wifi_name" ]; then
  {
    [ -z "$wifi_country" ] || printf 'country=%s\n' "$wifi_country"
    printf 'network={\n  scan_ssid=1\n  ssid=%s\n' "$(printf '%s' "$wifi_name" | od -An -v -tx1 | tr -d ' \n')"
    if [ -n "$wifi_password" ]; then printf '  key_mgmt=WPA-PSK SAE\n  ieee80211w=1\n  psk="%s"\n}\n' "$wifi_password"
    else printf '  key_mgmt=NONE\n}\n'; fi
  } >"$folder/wpa_supplicant.conf"
fi
exit "$refused"
