import type { Access } from '../access/access.ts';
import { isLoopback } from '../system/peer.ts';
import type { Ground } from './ground.ts';

/**
 * The code that claims this house, told to whoever can read its log, while nobody has claimed it. Where everybody who can
 * reach it may everything there is nothing to claim.
 */
export async function claimCodeToTell(
  { loaded, log }: Pick<Ground, 'loaded' | 'log'>,
  access: Pick<Access, 'claimCode'>,
): Promise<string | undefined> {
  const { address, loopback } = loaded.settings.web;
  if (isLoopback(address) && loopback === 'open') return undefined;
  try {
    const code = await access.claimCode();
    if (code !== undefined)
      log.warn(`nobody has claimed this doorbell yet: claim it on its page with the code ${code}`);
    return code;
  } catch (error) {
    log.error('there is no code to claim this doorbell with', { error });
    return undefined;
  }
}
