import assert from 'node:assert/strict';
import test from 'node:test';
import { examineCertificate } from '../../src/command/examine-certificate.ts';
import { certificateIssuer } from '../../src/machine/certificate/issuer.ts';
import { homeAt } from '../../src/system/home.ts';
import { MemoryDisk } from '../fakes/memory-disk.ts';
import { SteppedClock } from '../fakes/stepped-clock.ts';

const dayMs = 24 * 60 * 60_000;

test('the doctor says how long the certificate holds, and what is to be done about one that does not', async () => {
  const [clock, disk, home] = [new SteppedClock(), new MemoryDisk(), homeAt('/home')];
  const nowMs = clock.wallMs();
  const examine = async (web: { address?: string; certificate?: string }): Promise<string> => {
    const settings = { web: { address: '0.0.0.0', certificate: '', ...web } };
    const findings = await examineCertificate({ clock, disk, home }, { settings: settings as never });
    return findings.map(({ verdict, message, advice = '' }) => `${verdict}: ${message}; ${advice}`).join('\n');
  };
  assert.equal(await examine({ address: '127.0.0.1' }), '', 'nobody comes from the network');
  assert.match(await examine({}), /^advice: none yet/);
  const { certificate } = await certificateIssuer.authority({ title: 'x', names: ['x'], networks: [], fromMs: nowMs - dayMs, untilMs: nowMs + 40.5 * dayMs }); // prettier-ignore
  await disk.write(`${home.tls}/certificate.pem`, certificate);
  await disk.write('/etc/mine.crt', certificate);
  assert.match(await examine({}), /^good: good for 40 days, SHA-256/);
  clock.wallStartMs += 30 * dayMs;
  assert.match(await examine({}), /^advice: good for 10 days.*; the log says why it was not renewed/);
  clock.wallStartMs += 30 * dayMs;
  assert.match(await examine({}), /^mend: .* has ended 20 days ago/);
  assert.match(await examine({ certificate: '/etc/mine.crt' }), /^mend: .*mine\.crt has ended.*; renew it/);
  assert.match(await examine({ certificate: '/etc/nothing.crt' }), /^mend: cannot find \/etc\/nothing\.crt/);
  await disk.write('/etc/mine.crt', 'nonsense');
  assert.match(await examine({ certificate: '/etc/mine.crt' }), /^mend: cannot read \/etc\/mine\.crt/);
});
