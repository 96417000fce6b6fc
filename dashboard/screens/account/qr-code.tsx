import { useLoaded } from '../../parts/use-loaded.js';

const loadEncoder = () => import('uqr');

/** A text as a QR code, dark on light in every scheme, as cameras want it; nothing while its encoder is loaded. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { module } = useLoaded(loadEncoder);
  if (module === undefined) return null;
  const { data, size } = module.encode(text, { ecc: 'M', border: 4 });
  const path = data
    .flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')))
    .join('');
  return (
    <svg
      class="qr"
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={label}
      shape-rendering="crispEdges"
    >
      <rect width={size} height={size} fill="#ffffff" />
      <path d={path} fill="#000000" />
    </svg>
  );
}
