import { formatNumber } from "../format.ts";
import { teamTexts as texts } from "./texts.ts";

/** Up to so many seats are drawn one by one. */
const drawnSeats = 60;

interface SeatMeterProps {
  /** Of active and of invited people. */
  taken: number;
  invited: number;
  /** Absent without a limit. */
  limit: number | undefined;
}

/** How many seats are taken, kept for invited people, and free. The drawing says what the sentence below it says. */
export function SeatMeter({ taken, invited, limit }: SeatMeterProps) {
  const active = Math.max(0, taken - invited);
  if (limit === undefined) return <p class="secondary">{texts.seatsTaken(formatNumber(taken))}</p>;
  const free = Math.max(0, limit - taken);
  const kinds = [
    ["taken", active],
    ["invited", invited],
    ["free", free],
  ] as const;
  return (
    <>
      <div class="seat-meter" aria-hidden="true">
        {limit <= drawnSeats
          ? kinds.flatMap(([kind, count]) =>
              Array.from({ length: count }, (_, i) => <span key={`${kind} ${i}`} class={`seat ${kind}`} />),
            )
          : kinds.map(([kind, count]) => (
              <span key={kind} class={`seat ${kind}`} style={{ flexGrow: count }} hidden={count === 0} />
            ))}
      </div>
      <p class="secondary">
        {invited > 0
          ? texts.seatsInvited(formatNumber(active), formatNumber(invited), formatNumber(free))
          : texts.seatsOf(formatNumber(active), formatNumber(free))}
      </p>
    </>
  );
}
