import { placesAt, type Places } from '../slot/places.ts';

/** The user and group that the bell runs as. */
export const bellUser = 'doorward';

/** The file of the release that is started. */
export const executableName = 'doorward';

export const unitNames = ['doorward.service', 'doorward.socket', 'doorward-fall-back.service'] as const;
/** Those that power-on starts; the fall-back is started by a crash loop. */
export const enabledUnits = ['doorward.socket', 'doorward.service'] as const;

/** A file that the release carries, or makes from its commands, and where a machine looks for it. */
export interface SystemFile {
  readonly name: string;
  readonly path: string;
}

/** What is made from the list of commands: no file of the release carries it. */
export const madeFileNames = { man: 'made/man', bash: 'made/bash', zsh: 'made/zsh', fish: 'made/fish' } as const;

/** Every path that installing touches. */
export interface DeviceTree {
  /** Empty for this machine; another directory for the tree of a disk image. */
  readonly root: string;
  readonly places: Places;
  readonly systemFiles: readonly SystemFile[];
  readonly settingsFolder: string;
  readonly settingsFile: string;
  /** What people type. */
  readonly command: string;
  readonly passwd: string;
}

const homePath = '/var/lib/doorward';

/** Of a machine whose files lie below `root`, empty for this one. */
export function deviceTree(root: string): DeviceTree {
  const etc = `${root}/etc`;
  const share = `${root}/usr/local/share`;
  return {
    root,
    places: placesAt(`${root}/opt/doorward`, `${root}${homePath}`),
    systemFiles: [
      { name: 'systemd/doorward.sysusers', path: `${etc}/sysusers.d/doorward.conf` },
      { name: 'systemd/doorward.tmpfiles', path: `${etc}/tmpfiles.d/doorward.conf` },
      { name: 'systemd/60-doorward.rules', path: `${etc}/udev/rules.d/60-doorward.rules` },
      ...unitNames.map((name) => ({ name: `systemd/${name}`, path: `${etc}/systemd/system/${name}` })),
      { name: madeFileNames.man, path: `${share}/man/man1/doorward.1` },
      { name: madeFileNames.bash, path: `${share}/bash-completion/completions/doorward` },
      { name: madeFileNames.zsh, path: `${share}/zsh/site-functions/_doorward` },
      { name: madeFileNames.fish, path: `${share}/fish/vendor_completions.d/doorward.fish` },
    ],
    settingsFolder: `${etc}/doorward`,
    settingsFile: `${etc}/doorward/doorward.toml`,
    command: `${root}/usr/local/bin/doorward`,
    passwd: `${etc}/passwd`,
  };
}

export interface DirectoryRule {
  readonly path: string;
  readonly mode: number;
  readonly user: string;
  readonly group: string;
}

/** The directories that a tmpfiles.d(5) file describes: its lines of the form `d PATH MODE USER GROUP`. */
export function directoryRules(tmpfiles: string): readonly DirectoryRule[] {
  return tmpfiles.split('\n').flatMap((line) => {
    const [, path, mode, user, group] = /^d (\/\S+) (\d{4}) (\S+) (\S+)$/.exec(line) ?? [];
    if (path === undefined || mode === undefined || user === undefined || group === undefined) return [];
    return [{ path, mode: Number.parseInt(mode, 8), user, group }];
  });
}

/** The option by which systemd's tools work on the tree of another machine. */
export function rootWords({ root }: Pick<DeviceTree, 'root'>): readonly string[] {
  return root === '' ? [] : [`--root=${root}`];
}
