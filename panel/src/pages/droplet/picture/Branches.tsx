import type { Line } from "@/pages/droplet/picture/lanes";

const STEP = 20; // pixels between columns
const HEIGHT = 100; // of the drawing; it is stretched to its line
const MIDDLE = HEIGHT / 2;
const OVERLAP = 2; // into the next line, that no gap shows between them

const x = (lane: number): number => STEP * lane + STEP / 2;

/** The lines beside one point: those that pass, those that end in it, and the one that goes on. */
export function Branches({ line, lanes }: { line: Line; lanes: number }) {
  const { lane, past, from, on, node } = line;
  return (
    <div className="branches" style={{ width: STEP * lanes }} aria-hidden>
      <svg viewBox={`0 0 ${STEP * lanes} ${HEIGHT}`} preserveAspectRatio="none" width={STEP * lanes} height="100%">
        {past.map((other) => (
          <line key={other} x1={x(other)} x2={x(other)} y1={0} y2={HEIGHT + OVERLAP} />
        ))}
        {from.map((other) => (
          <path key={other} d={`M ${x(other)} 0 C ${x(other)} ${MIDDLE}, ${x(lane)} 0, ${x(lane)} ${MIDDLE}`} />
        ))}
        {on && <line x1={x(lane)} x2={x(lane)} y1={MIDDLE} y2={HEIGHT + OVERLAP} />}
      </svg>
      <span className="dot" data-current={node.current || undefined} data-kind={node.kind} style={{ left: x(lane) }} />
    </div>
  );
}
