import { useState } from "preact/hooks";
import { type CsvFormat, chooseCsvFormat, csvFormat, csvFormats } from "../api/csv-format.ts";
import { useKeepOwnPages } from "./own-pages.ts";
import { texts } from "./texts.ts";

/** Chooses how CSV files are written, for all of them. */
export function CsvChoice() {
  const [format, setFormat] = useState(csvFormat);
  const keep = useKeepOwnPages();
  return (
    <label class="csv-choice">
      <span class="visually-hidden">{texts.csv.label}</span>
      <select
        value={format}
        onChange={({ currentTarget }) => {
          const chosen = currentTarget.value as CsvFormat;
          chooseCsvFormat(chosen);
          setFormat(chosen);
          void keep({ csv_format: chosen });
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
