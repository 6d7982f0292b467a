import { useEffect, useRef, useState } from "preact/hooks";
import type { EmbeddedFrame } from "./embed.ts";
import { ExtensionFrame } from "./extension-frame.tsx";
import { type Contribution, contributionOf, contributions, type Size } from "./manifest.ts";
import { MenuButton } from "./menu.tsx";

/** A widget as the dashboard keeps it. */
interface Widget {
  name: string;
  size: Size;
  customSettings: { data: string | null; version?: object };
}

type Around = Omit<Parameters<typeof ExtensionFrame>[0], "contribution" | "title">;

/** Of a cell and of the gap between two, in pixels, as in Azure DevOps. */
const cell = 160;
const gap = 10;
const pixels = (cells: number) => cells * cell + (cells - 1) * gap;

const widgets = contributions.filter(({ type }) => type === "ms.vss-dashboards-web.widget");

function firstOf({ properties }: Contribution): Widget {
  return {
    name: properties.name ?? "",
    size: properties.supportedSizes?.[0] ?? { rowSpan: 1, columnSpan: 1 },
    customSettings: { data: null },
  };
}

/** A dashboard with each widget once, and the settings of one of them beside it. */
export function Dashboard({ around, frameKey }: { around: Around; frameKey: string }) {
  const [kept, keep] = useKept(around.organization.id);
  const [configured, setConfigured] = useState<string>();
  /** The widget as it would be with the settings that aren't saved. */
  const [preview, setPreview] = useState<Widget>();
  const opener = useRef<HTMLElement | null>(null);

  function close(): void {
    setConfigured(undefined);
    setPreview(undefined);
    opener.current?.focus();
  }

  return (
    <div class="dashboard">
      <div class="grid">
        {widgets.map((contribution) => {
          const { id } = contribution;
          const saved = kept[id] ?? firstOf(contribution);
          return (
            <WidgetTile
              key={`${id} ${frameKey}`}
              id={id}
              widget={configured === id && preview ? preview : saved}
              around={around}
              onConfigure={() => {
                opener.current = document.activeElement as HTMLElement | null;
                setPreview(saved);
                setConfigured(id);
              }}
            />
          );
        })}
      </div>
      {configured && preview && (
        <Configuration
          key={configured}
          id={configured}
          widget={preview}
          around={around}
          onChange={setPreview}
          onSave={(saved) => {
            keep(configured, saved);
            close();
          }}
          onClose={close}
        />
      )}
    </div>
  );
}

/** The widgets of the organization's dashboard, which outlive the page. */
function useKept(organization: string): [Record<string, Widget>, (id: string, widget: Widget) => void] {
  const name = `dashboard ${organization}`;
  const [kept, setKept] = useState<Record<string, Widget>>(() =>
    JSON.parse(localStorage.getItem(name) ?? "{}"),
  );
  return [
    kept,
    (id, widget) => {
      const next = { ...kept, [id]: widget };
      localStorage.setItem(name, JSON.stringify(next));
      setKept(next);
    },
  ];
}

interface TileProps {
  id: string;
  widget: Widget;
  around: Around;
  onConfigure(): void;
}

function WidgetTile({ id, widget, around, onConfigure }: TileProps) {
  const frame = useRef<EmbeddedFrame>(undefined);
  const { name, size } = widget;
  const shown = JSON.stringify(widget);
  useEffect(() => {
    frame.current?.call("reload", widget).catch(() => {});
  }, [shown]);
  return (
    <section
      aria-label={name}
      class="widget-tile"
      style={{
        gridColumn: `span ${size.columnSpan}`,
        gridRow: `span ${size.rowSpan}`,
        width: `${pixels(size.columnSpan)}px`,
        height: `${pixels(size.rowSpan)}px`,
      }}
    >
      <ExtensionFrame
        contribution={id}
        title={name}
        {...around}
        onLoaded={async (loaded) => {
          frame.current = loaded;
          await loaded.call("preload", widget);
          await loaded.call("load", widget);
        }}
      />
      <MenuButton label={`Menu of ${name}`} items={() => [{ text: "Configure", onChoose: onConfigure }]} />
    </section>
  );
}

interface ConfigurationProps {
  id: string;
  widget: Widget;
  around: Around;
  onChange(widget: Widget): void;
  onSave(widget: Widget): void;
  onClose(): void;
}

/** The general settings, which are the dashboard's, and a frame with those of the widget. */
function Configuration({ id, widget, around, onChange, onSave, onClose }: ConfigurationProps) {
  const frame = useRef<EmbeddedFrame>(undefined);
  const heading = useRef<HTMLHeadingElement>(null);
  // The frame calls at any time, also between two renderings.
  const current = useRef(widget);
  current.current = widget;
  const [message, setMessage] = useState("");
  useEffect(() => heading.current?.focus(), []);

  const { targets, properties } = contributionOf(id);
  const settings = targets.find((target) => target.startsWith("."))?.slice(1);
  const sizes = properties.supportedSizes ?? [];
  const sizeName = ({ columnSpan, rowSpan }: Size) => `${columnSpan} × ${rowSpan}`;
  const change = (part: Partial<Widget>) => onChange({ ...current.current, ...part });

  async function save(): Promise<void> {
    const status = await frame.current
      ?.call<{ isValid: boolean; customSettings?: Widget["customSettings"] }>("onSave")
      .catch(() => undefined);
    if (status?.isValid && status.customSettings) {
      onSave({ ...current.current, customSettings: status.customSettings });
    } else {
      setMessage("The settings can't be saved.");
    }
  }

  return (
    <aside aria-label="Configuration" class="configuration">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <h2 ref={heading} tabIndex={-1}>
          Configuration
        </h2>
        <label>
          Name
          <input
            required
            maxLength={255}
            value={widget.name}
            onInput={({ currentTarget }) => change({ name: currentTarget.value })}
          />
        </label>
        <label>
          Size
          <select
            value={sizeName(widget.size)}
            onChange={({ currentTarget }) => {
              const size = sizes.find((each) => sizeName(each) === currentTarget.value);
              if (size) change({ size });
            }}
          >
            {sizes.map((size) => (
              <option key={sizeName(size)}>{sizeName(size)}</option>
            ))}
          </select>
        </label>
        {settings && (
          <ExtensionFrame
            contribution={settings}
            title={`Settings of ${properties.name}`}
            grows
            {...around}
            onLoaded={async (loaded) => {
              frame.current = loaded;
              await loaded.call("load", current.current, {
                notify: async (event: string, { data }: { data: Widget["customSettings"] }) => {
                  if (event === "ms.vss-dashboards-web.configurationChange") {
                    change({ customSettings: data });
                  }
                },
              });
            }}
          />
        )}
        <p role="status">{message}</p>
        <div class="buttons">
          <button type="submit" class="primary">
            Save
          </button>
          <button type="button" onClick={onClose}>
            Close
          </button>
        </div>
      </form>
    </aside>
  );
}
