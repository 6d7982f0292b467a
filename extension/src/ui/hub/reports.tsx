import { MonthReport } from "../month-report.tsx";
import { hubTexts } from "./texts.ts";

/** What the recorded time adds up to. */
export function Reports() {
  return (
    <>
      <h1 class="visually-hidden" tabIndex={-1}>
        {hubTexts.reports}
      </h1>
      <MonthReport />
    </>
  );
}
