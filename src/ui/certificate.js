import { accessSection, folded } from './access-section.js';
import { ask, Problem } from './api.js';
import { element } from './element.js';

const file = '/api/v1/access/certificate?form=der';

/** How a phone comes to know this device again. */
export function certificateSection() {
  return accessSection('Phones that trust this device', async () => {
    const shown = await ask('/access/certificate').catch(none);
    if (shown === undefined) return [hint('It has no certificate yet: only this machine itself reaches it.')];
    const { certificate, fingerprint, names } = shown;
    if (certificate === null)
      return [hint('Its owner has brought a certificate. Whoever made it says how to trust it.')];
    return [
      hint(`Put its certificate on a phone once: no warning any more at ${placesOf(names)}.`),
      element('a', { className: 'button', href: file, download: 'doorward.crt' }, 'The certificate'),
      folded('On an iPhone or iPad', steps(iPhone)),
      folded('On Android', steps(android)),
      folded('On a computer', steps(computer)),
      hint(`Its fingerprint. ${compare}`),
      print(fingerprint),
    ];
  });
}

const compare = '“doorward access certificate” on the device must say the same:';

/**
 * Where a phone finds it: not what is of the device itself alone, nor every ending that a network may give its name.
 * @param {string[]} names
 */
function placesOf(names) {
  return names
    .filter((name) => name.endsWith('.local') || (/^[\d.]+$|:/.test(name) && !/^127\.|^::1$/.test(name)))
    .join(', ');
}

const iPhone = [
  'Open this page in Safari and press “The certificate”; allow the download.',
  'Settings, General, VPN & Device Management: choose it and press Install.',
  'Settings, General, About, Certificate Trust Settings: switch it on.',
];
const android = [
  'Press “The certificate” here and keep the file.',
  'Settings, Security, More, Encryption & credentials, Install a certificate, CA certificate: choose the file.',
];
const computer = [
  'Press “The certificate” here and keep the file.',
  'Windows: open it, Install, “Trusted Root Certification Authorities”. Mac: open it in Keychain Access and trust it.',
  'Firefox, and Chrome on Linux: Settings, search for “certificates”, Authorities, Import.',
];

/** @param {string[]} lines */
function steps(lines) {
  return element('ol', { className: 'steps' }, ...lines.map((line) => element('li', {}, line)));
}

/** @param {unknown} error */
function none(error) {
  if (error instanceof Problem && (error.code === 'not-found' || error.code === 'no-certificate')) return undefined;
  throw error;
}

/** @param {string} words */
function hint(words) {
  return element('p', { className: 'hint' }, words);
}

/** @param {string} fingerprint */
function print(fingerprint) {
  return element('code', { className: 'fingerprint' }, fingerprint);
}

/** For whoever claims: a way to see that nobody stands between. Nothing where the connection has no certificate. */
export function fingerprintLine() {
  const line = folded('Is this really my doorbell?');
  line.hidden = true;
  ask('/access/certificate').then(
    ({ fingerprint }) => {
      line.append(hint(`This is the fingerprint of its certificate. ${compare}`), print(fingerprint));
      line.hidden = false;
    },
    () => undefined,
  );
  return line;
}
