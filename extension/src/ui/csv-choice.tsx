import { useState } from "preact/hooks";
import { type CsvFormat, csvFormat, csvFormats, keepCsvFormat } from "../api/csv-format.ts";
import { texts } from "./texts.ts";

/** Chooses how CSV files are written, for all of them. */
export function CsvChoice() {
  const [format, setFormat] = useState(csvFormat);
  return (
    <label class="csv-choice">
      <span class="visually-hidden">{texts.csv.label}</span>
      <select
        value={format}
        onChange={({ currentTarget }) => {
          const chosen = currentTarget.value as CsvFormat;
          keepCsvFormat(chosen);
          setFormat(chosen);
        }}
      >
        {csvFormats.map((each) => (
          <option key={each} value={each}>
            {texts.csv[each]}
          </option>
        ))}
      </select>
    </label>
  );
}
