/** What the socket is called by which commands come in. */
const socketName = 'doorward.sock';
/** Of an installed device: its home, and the folder that the service manager makes for it (RuntimeDirectory=). */
const device = { home: '/var/lib/doorward', runtime: '/run/doorward' } as const;

/** Where an appliance of this home opens the socket; `runtime`: a folder of the service manager, for the whole group. */
export function socketFor(
  home: string,
  runtime: string | undefined,
): { readonly path: string; readonly isShared: boolean } {
  const isShared = runtime !== undefined && runtime !== '';
  return { path: `${isShared ? runtime : home}/${socketName}`, isShared };
}

/** Where commands look for it. */
export function socketsOf(home: string): readonly string[] {
  const shared = home === device.home ? [`${device.runtime}/${socketName}`] : [];
  return [...shared, `${home}/${socketName}`];
}
