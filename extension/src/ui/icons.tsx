/** Small pictures beside words, which say the same. */

import "./icons.css";

const paths = {
  /** Something is right. */
  check: "m3 8.5 3.5 3.5L13 4.5",
  /** Something is tried again. */
  again: "M13 6A5.5 5.5 0 0 0 3 6M3 3v3h3M3 10a5.5 5.5 0 0 0 10 0M13 13v-3h-3",
  /** Something is refused. */
  warning: "M8 2 14.5 13.5h-13zM8 6.5v3M8 11.5v.1",
  /** Nothing is sent. */
  off: "M2 6.5a9 9 0 0 1 12 0M4.5 9a5.5 5.5 0 0 1 7 0M8 12.5v.1M2.5 2.5l11 11",
  back: "m10 3-5 5 5 5",
  forward: "m6 3 5 5-5 5",
  down: "m3.5 6 4.5 4.5L12.5 6",
  list: "M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.1M2.5 8h.1M2.5 12h.1",
  close: "m4 4 8 8M12 4l-8 8",
  star: "m8 2 1.8 3.9 4.2.5-3.1 2.9.8 4.2L8 11.4l-3.7 2.1.8-4.2L2 6.4l4.2-.5z",
  download: "M8 2v8M4.5 7 8 10.5 11.5 7M3 13.5h10",
  plus: "M8 3v10M3 8h10",
  edit: "m3 13 .7-3L10.5 3.2l2.3 2.3L6 12.3z",
  split: "M8 2v12M2 5h3M2 11h3M11 5h3M11 11h3",
  move: "M2 8h12M10 4l4 4-4 4",
  more: "M3.5 8h.1M8 8h.1M12.5 8h.1",
  billable:
    "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2M10 6c-.5-1-3.5-1.2-3.5.3 0 1.7 3.5.9 3.5 2.7 0 1.5-3.2 1.5-3.7.2M8 4v8",
  notBillable: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2",
  lock: "M4 7h8v6H4zM5.5 7V5a2.5 2.5 0 0 1 5 0v2",
  grid: "M2 3h12v10H2zM2 7h12M6 3v10M10 3v10",
  calendar: "M2 3.5h12v10H2zM2 6.5h12M5 2v2M11 2v2",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
