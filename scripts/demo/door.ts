/** What the demo's camera sees while nobody is there: a path, a lawn, a hedge and houses in the evening light. */
export const doorSvg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1280 720">
  <defs>
    <linearGradient id="sky" x1="0" y1="0" x2="0" y2="1">
      <stop offset="0" stop-color="#9fb9cf"/><stop offset="1" stop-color="#f1e3cd"/>
    </linearGradient>
    <linearGradient id="lawn" x1="0" y1="0" x2="0" y2="1">
      <stop offset="0" stop-color="#8a9b66"/><stop offset="1" stop-color="#55693f"/>
    </linearGradient>
    <linearGradient id="path" x1="0" y1="0" x2="0" y2="1">
      <stop offset="0" stop-color="#c9bda9"/><stop offset="1" stop-color="#a0937f"/>
    </linearGradient>
    <linearGradient id="post" x1="0" y1="0" x2="1" y2="0">
      <stop offset="0" stop-color="#d8d2c6"/><stop offset="0.7" stop-color="#b7b0a3"/><stop offset="1" stop-color="#8e887c"/>
    </linearGradient>
    <radialGradient id="lamp"><stop offset="0" stop-color="#ffe9b8" stop-opacity="0.85"/><stop offset="1" stop-color="#ffe9b8" stop-opacity="0"/></radialGradient>
    <filter id="far"><feGaussianBlur stdDeviation="3.2"/></filter>
    <filter id="near"><feGaussianBlur stdDeviation="1.4"/></filter>
  </defs>
  <rect width="1280" height="720" fill="url(#sky)"/>
  <g filter="url(#far)">
    <path d="M60 330V190L190 110 320 190V330Z" fill="#b79c86"/><path d="M40 195 190 98 340 195Z" fill="#7d5b50"/>
    <path d="M940 330V170L1100 90 1260 170V330Z" fill="#c4b29b"/><path d="M915 178 1100 76 1285 178Z" fill="#66534d"/>
    <g fill="#f6e3b0"><rect x="110" y="215" width="44" height="52"/><rect x="228" y="215" width="44" height="52"/>
      <rect x="1000" y="200" width="48" height="56"/><rect x="1140" y="200" width="48" height="56"/></g>
    <ellipse cx="470" cy="235" rx="95" ry="110" fill="#71855a"/><rect x="460" y="300" width="22" height="70" fill="#6b5847"/>
    <ellipse cx="800" cy="250" rx="80" ry="92" fill="#7d9063"/><rect x="790" y="305" width="20" height="60" fill="#6b5847"/>
    <rect y="318" width="1280" height="70" fill="#5d7350"/>
  </g>
  <g filter="url(#near)">
    <rect y="372" width="1280" height="348" fill="url(#lawn)"/>
    <path d="M585 372H695L1010 720H270Z" fill="url(#path)"/>
    <g stroke="#8a7f6d" stroke-width="3" opacity="0.55"><path d="M562 398H718M526 438H754M474 496H806M400 578H880M310 676H970"/></g>
    <g fill="#4d6340"><ellipse cx="150" cy="480" rx="120" ry="64"/><ellipse cx="60" cy="560" rx="130" ry="80"/>
      <ellipse cx="1150" cy="490" rx="120" ry="66"/></g>
    <g fill="#d98e7b"><circle cx="120" cy="452" r="7"/><circle cx="170" cy="470" r="7"/><circle cx="205" cy="448" r="6"/>
      <circle cx="1105" cy="466" r="7"/><circle cx="1170" cy="456" r="6"/></g>
  </g>
  <rect x="1206" width="74" height="720" fill="url(#post)"/>
  <circle cx="1190" cy="120" r="190" fill="url(#lamp)"/>
  <rect y="0" width="1280" height="34" fill="#7a7368"/><rect y="34" width="1280" height="7" fill="#5f594f" opacity="0.7"/>
</svg>`;
