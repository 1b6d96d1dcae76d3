const beginning = '#!/bin/sh\n# The command doorward. Made by doorward install; see doorward help.\n';

/**
 * What people type, `/usr/local/bin/doorward`: a file that root owns. The releases belong to the bell's user, who replaces
 * them: root never runs one of those. Typed by root it becomes the bell's user first; what takes root itself (install,
 * uninstall) is done by the factory release, if that is root's to the last folder, and with libraries unpacked afresh.
 *
 * Chosen: a script of the shell that every Debian has; rejected: a program of our own; why: a page that can be read, for every
 * processor. What is opened is what was looked at: nobody can put another file in between.
 */
export const launcher = `${beginning}set -eu
releases=/opt/doorward
user=doorward
if [ "$(id -u)" != 0 ]; then exec "$releases/current/doorward" "$@"; fi
PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin
export PATH

case "\${1-}" in
install | uninstall)
  program="$releases/factory/doorward"
  exec 3<"$program"
  opened=$(readlink /proc/self/fd/3)
  for path in "$releases/factory" /proc/self/fd/3; do
    case "$(stat -L -c '%u %A' "$path")" in
    '0 '?????-??-?) ;;
    *) opened= ;;
    esac
  done
  if [ "$opened" != "$program" ]; then
    echo "cannot $1: $program is not root's alone: run $1 of a release file that you trust" >&2
    exit 1
  fi
  DOORWARD_LIB=$(mktemp -d)
  export DOORWARD_LIB
  trap 'rm -rf "$DOORWARD_LIB"' EXIT
  code=0
  /proc/self/fd/3 "$@" || code=$?
  exit "$code"
  ;;
esac
exec setpriv --reuid="$user" --regid="$user" --init-groups --no-new-privs -- "$releases/current/doorward" "$@"
`;

/** Whether it is one, of whatever release. */
export function isLauncher(text: string): boolean {
  return text.startsWith(beginning);
}
