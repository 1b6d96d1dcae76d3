/**
 * A QR code as one path: sharp at every size, and no picture from anywhere. What draws it is loaded once it is wanted.
 * @param {string} text
 * @param {string} label
 */
export async function qrCode(text, label) {
  // The bare name of a module of elsewhere: the doorbell carries it beside the page.
  const { encode } = await import('./uqr.js');
  const { data, size } = encode(text, { ecc: 'M', border: quietZone });
  const space = 'http://www.w3.org/2000/svg';
  const picture = document.createElementNS(space, 'svg');
  picture.setAttribute('viewBox', `0 0 ${size} ${size}`);
  picture.setAttribute('class', 'qr-code');
  picture.setAttribute('role', 'img');
  picture.setAttribute('aria-label', label);
  const path = document.createElementNS(space, 'path');
  const squares = data.flatMap((/** @type {boolean[]} */ row, /** @type {number} */ y) =>
    row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')),
  );
  path.setAttribute('d', squares.join(''));
  picture.append(path);
  return picture;
}

/** Light around it, in squares: readers find it by that. */
const quietZone = 4;
