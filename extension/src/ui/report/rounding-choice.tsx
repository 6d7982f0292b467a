import { Segments } from "../controls.tsx";
import { type Rounding, roundingMinutes } from "./definition.ts";
import { Popup } from "./popup.tsx";
import { reportTexts } from "./texts.ts";

const texts = reportTexts.rounding;

interface RoundingChoiceProps {
  rounding: Rounding | undefined;
  onChange: (rounding: Rounding | undefined) => void;
}

/** How the report rounds. Its button says it. */
export function RoundingChoice({ rounding, onChange }: RoundingChoiceProps) {
  const direction = rounding?.direction ?? "nearest";
  return (
    <Popup
      text={rounding ? texts.chip[rounding.direction](rounding.minutes) : texts.none}
      title={texts.label}
      kind="panel"
      look={rounding ? "chosen" : "quiet"}
    >
      {() => (
        <div class="report-form">
          <label class="field">
            <span>{texts.unit}</span>
            <select
              value={rounding?.minutes ?? ""}
              onChange={({ currentTarget: { value } }) =>
                onChange(value ? { minutes: Number(value), direction } : undefined)
              }
            >
              <option value="">{texts.none}</option>
              {minutesOf(rounding).map((each) => (
                <option key={each} value={each}>
                  {texts.minutes(each)}
                </option>
              ))}
            </select>
          </label>
          {rounding && (
            <Segments
              legend={texts.direction}
              value={direction}
              options={(["nearest", "up", "down"] as const).map((each) => ({
                value: each,
                text: texts.directions[each],
              }))}
              onChange={(chosen) => onChange({ minutes: rounding.minutes, direction: chosen })}
            />
          )}
        </div>
      )}
    </Popup>
  );
}

/** The units that are offered, and the one that a link has. */
function minutesOf(rounding: Rounding | undefined): number[] {
  const all = new Set<number>([...roundingMinutes, ...(rounding ? [rounding.minutes] : [])]);
  return [...all].sort((a, b) => a - b);
}
