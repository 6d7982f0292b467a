/** The lines of the three logs in words, and the queries for them. */

import type { Action, Api, AuditEvent, TimerEvent } from "../../api/client.ts";
import type { Position } from "../paging.tsx";
import { sentence } from "../sentence.ts";
import { itemName, workOf } from "../work-item.ts";
import { addDays, startOfDay } from "../zone.ts";
import { changeText, wordsFor } from "./log-values.ts";
import { adminTexts } from "./texts.ts";

const texts = adminTexts.log;

export type LogKind = keyof typeof texts.kinds;

export interface LogLine {
  id: string;
  at: string;
  who: string;
  what: string;
  about: string;
  changes: string[];
}

export interface LogFilter {
  kind: LogKind;
  /** Calendar dates in the user's zone, both included; empty: no limit. */
  from: string;
  to: string;
  userId: string;
  type: string;
}

function timerLine(event: TimerEvent): LogLine {
  const { id, at, user, type, work_item, project } = event;
  const name = itemName(workOf(event));
  const about = work_item ? sentence`${name}, ${project.name}` : name;
  return { id, at, who: user.name, what: texts.events[type], about, changes: [] };
}

function actionLine({ id, at, user, type, page }: Action): LogLine {
  return {
    id,
    at,
    who: user.name,
    what: wordsFor(texts.actions, type),
    about: wordsFor(texts.pages, page),
    changes: [],
  };
}

function auditLine({ id, at, actor, action, target, changes }: AuditEvent, zone: string): LogLine {
  const actors = {
    user: actor.name,
    operator: actor.name ? texts.operator(actor.name) : texts.byItself,
    marketplace: texts.marketplace,
    directory: texts.directory,
  };
  return {
    id,
    at,
    who: actors[actor.kind],
    what: texts.changes[action],
    about: target.name,
    changes: changes.map((each) => changeText(each, zone)),
  };
}

/** The query of the filter, in instants. Only the logs that have types take one. */
export function logQuery({ kind, from, to, userId, type }: LogFilter, zone: string) {
  const instant = (date: string) => new Date(startOfDay(date, zone)).toISOString();
  return {
    ...(kind === "timers" && { scope: "tenant" as const }),
    ...(from && { from: instant(from) }),
    ...(to && { to: instant(addDays(to, 1)) }),
    ...(userId && { user_id: userId }),
    ...(type && kind !== "audit" && { type: type as TimerEvent["type"] }),
  };
}

type LogQuery = ReturnType<typeof logQuery>;

/** A page of the log, in the words of people in the zone. */
export async function readLog(api: Api, kind: LogKind, query: LogQuery & Position, zone: string) {
  switch (kind) {
    case "timers": {
      const { data, page } = await api.timerEvents(query);
      return { kind, data: data.map(timerLine), page };
    }
    case "actions": {
      const { data, page } = await api.listActions(query);
      return { kind, data: data.map(actionLine), page };
    }
    case "audit": {
      const { data, page } = await api.listAuditEvents(query);
      return { kind, data: data.map((event) => auditLine(event, zone)), page };
    }
  }
}

export const logCsv: Record<LogKind, (api: Api, query: LogQuery) => Promise<Blob>> = {
  timers: (api, query) => api.timerEventsCsv(query),
  actions: (api, query) => api.actionsCsv(query),
  audit: (api, query) => api.auditEventsCsv(query),
};
