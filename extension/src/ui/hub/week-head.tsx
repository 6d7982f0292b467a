/** The week's title, the way to other weeks, and the choice of how it is shown. */

import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { Button } from "../controls.tsx";
import { formatDateSpan } from "../format.ts";
import { Icon, type IconName } from "../icons.tsx";
import { isSingleKey, usePageKey } from "../keys.ts";
import { hubTexts } from "./texts.ts";
import type { ShownWeek } from "./use-week.ts";

const texts = hubTexts.week;

export interface WeekView {
  id: string;
  text: () => string;
  icon: IconName;
  /** The single key that shows it. */
  key: string;
}

interface WeekHeadProps {
  week: ShownWeek;
  views: readonly WeekView[];
  view: string;
  onView: (id: string) => void;
  /** What the view shown can do with the week. */
  children?: ComponentChildren;
}

export function WeekHead({ week, views, view, onView, children }: WeekHeadProps) {
  usePageKey(
    (event) => isSingleKey(event, "["),
    () => week.step(-1),
  );
  usePageKey(
    (event) => isSingleKey(event, "]"),
    () => week.step(1),
  );
  return (
    <header class="week-head">
      <Button kind="icon-only" label={texts.before} onClick={() => week.step(-1)}>
        <Icon name="back" />
      </Button>
      <Button kind="icon-only" label={texts.after} onClick={() => week.step(1)}>
        <Icon name="forward" />
      </Button>
      <h1 tabIndex={-1}>{formatDateSpan(week.first, week.last, week.today)}</h1>
      <Button kind="quiet" disabled={week.isThis} onClick={week.showThis}>
        {texts.this}
      </Button>
      <span class="week-head-space" />
      {children}
      {views.length > 1 && (
        // biome-ignore lint/a11y/useSemanticElements: a group of buttons is no fieldset
        <div class="week-views" role="group" aria-label={texts.view}>
          {views.map((each) => (
            <ViewButton key={each.id} view={each} shown={each.id === view} onView={onView} />
          ))}
        </div>
      )}
    </header>
  );
}

function ViewButton({
  view,
  shown,
  onView,
}: {
  view: WeekView;
  shown: boolean;
  onView: (id: string) => void;
}) {
  const button = useRef<HTMLButtonElement>(null);
  usePageKey(
    (event) => isSingleKey(event, view.key),
    () => {
      onView(view.id);
      // What has the focus in the other view is about to go.
      button.current?.focus();
    },
  );
  return (
    <button ref={button} type="button" class="week-view" aria-pressed={shown} onClick={() => onView(view.id)}>
      <Icon name={view.icon} /> {view.text()}
    </button>
  );
}
