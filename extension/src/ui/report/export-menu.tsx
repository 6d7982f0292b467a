import { useEffect, useRef, useState } from "preact/hooks";
import type { ReportEntriesQuery, ReportQuery } from "../../api/client.ts";
import { Button } from "../controls.tsx";
import { CsvChoice } from "../csv-choice.tsx";
import { Download } from "../download.tsx";
import { Icon } from "../icons.tsx";
import { useSession } from "../session.ts";
import type { Dimension } from "./definition.ts";
import { Popup } from "./popup.tsx";
import { reportTexts } from "./texts.ts";

const texts = reportTexts.exports;

interface ExportMenuProps {
  query: ReportQuery;
  /** The question for the entries behind the rows. */
  entries: ReportEntriesQuery;
  levels: readonly Dimension[];
  /** The days in the files' names, which are those that the API gives. */
  days: string;
  /** What the hub's address says of the view. */
  place: string;
}

/** The rows as they are grouped and filtered, as files, and the link to the view. */
export function ExportMenu({ place, ...files }: ExportMenuProps) {
  return (
    <Popup
      text={
        <>
          <Icon name="download" />
          {texts.button}
        </>
      }
      title={texts.title}
      kind="panel"
      look="button"
      align="end"
    >
      {() => (
        <div class="report-exports">
          <Files {...files} />
          <hr class="popup-rule" />
          <CopyLink place={place} />
        </div>
      )}
    </Popup>
  );
}

function Files({ query, entries, levels, days }: Omit<ExportMenuProps, "place">) {
  const { api, record } = useSession();
  const [single, setSingle] = useState(false);
  const [sheets, setSheets] = useState(false);
  const [first] = levels;
  const name = `${single ? "entries" : "time"}-${days}`;
  // The documents speak the page's language.
  const language = document.documentElement.lang === "de" ? "de" : "en";
  const perFirst = sheets && !single ? ({ sheets: "first" } as const) : {};
  const file = (format: "xlsx" | "pdf", more: Partial<ReportQuery> = {}) => ({
    load: () =>
      single
        ? api.reportEntriesFile(format, { ...entries, language })
        : api.reportFile(format, { ...query, language, ...more }),
    name: `${name}.${format}`,
  });
  return (
    <>
      <div class="report-export">
        <Download
          text={texts.csv}
          load={() => (single ? api.reportEntriesCsv(entries) : api.reportCsv(query))}
          name={`${name}.csv`}
          onDone={() => record("csv_downloaded")}
        />
        <CsvChoice />
      </div>
      <div class="report-export">
        <Download text={texts.excel} {...file("xlsx", perFirst)} />
        {first && levels.length > 1 && !single && (
          <Check checked={sheets} onChange={setSheets}>
            {texts.sheets(reportTexts.dimensions[first])}
          </Check>
        )}
      </div>
      <div class="report-export">
        <Download text={texts.pdf} {...file("pdf")} />
        <span class="secondary">{texts.pdfHint}</span>
      </div>
      {!single && (
        <div class="report-export">
          <Download text={texts.json} load={() => api.reportFile("json", query)} name={`${name}.json`} />
        </div>
      )}
      <Check checked={single} onChange={setSingle}>
        {texts.entries}
      </Check>
    </>
  );
}

interface CheckProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
  children: string;
}

function Check({ checked, onChange, children }: CheckProps) {
  return (
    <label class="checkbox secondary-choice">
      <input
        type="checkbox"
        checked={checked}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
      {children}
    </label>
  );
}

/** Copies the link, or where the browser refuses, shows it to be copied by hand. */
function CopyLink({ place }: { place: string }) {
  const { frame, timers } = useSession();
  const [link, setLink] = useState("");
  const [refused, setRefused] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    void frame.address?.link(place).then(setLink);
  }, [frame, place]);
  useEffect(() => {
    if (refused) field.current?.select();
  }, [refused]);
  if (!link) return null;

  async function copy() {
    try {
      await navigator.clipboard.writeText(link);
      timers.announce(texts.copied);
    } catch {
      setRefused(true);
    }
  }

  return (
    <>
      <Button kind="quiet" onClick={() => void copy()}>
        {texts.copy}
      </Button>
      {refused && (
        <label class="field">
          <span>{texts.notCopied}</span>
          <input ref={field} readOnly value={link} />
        </label>
      )}
    </>
  );
}
