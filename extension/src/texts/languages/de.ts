/** German. */

import {
  counted,
  formatDate,
  formatDuration,
  formatHours,
  formatLength,
  formatUtcDay,
} from "../../ui/format.ts";
import { sentence } from "../../ui/sentence.ts";
import type { Translation } from "../translation.ts";

const words = (one: string, many: string) => (n: number, written: string) =>
  sentence`${written} ${n === 1 ? one : many}`;

/** Numbers of things in the nominative, which most sentences need. */
const entries = (n: number) => counted(n, "Eintrag", "Einträge");
const people = (n: number) => counted(n, "Person", "Personen");
const seats = (n: number) => counted(n, "Platz", "Plätze");
const days = (n: number) => counted(n, "Tag", "Tage");

const german: Translation = {
  lengths: {
    second: words("Sekunde", "Sekunden"),
    minute: words("Minute", "Minuten"),
    hour: words("Stunde", "Stunden"),
    day: words("Tag", "Tage"),
    week: words("Woche", "Wochen"),
    month: words("Monat", "Monate"),
    year: words("Jahr", "Jahre"),
  },

  report: {
    dimensions: {
      project: "Projekt",
      user: "Person",
      work_item: "Work Item",
      parent: "Übergeordnetes Item",
      type: "Typ",
      activity: "Tätigkeit",
      billable: "Abrechenbar",
      site: "Organisation",
      day: "Tag",
      week: "Woche",
      month: "Monat",
      quarter: "Quartal",
    },
    title: {
      project: "Stunden nach Projekt",
      user: "Stunden nach Person",
      work_item: "Stunden nach Work Item",
      parent: "Stunden nach übergeordnetem Item",
      type: "Stunden nach Typ",
      activity: "Stunden nach Tätigkeit",
      billable: "Stunden nach Abrechenbarkeit",
      site: "Stunden nach Organisation",
      day: "Stunden nach Tag",
      week: "Stunden nach Woche",
      month: "Stunden nach Monat",
      quarter: "Stunden nach Quartal",
    },
    without: {
      project: "Kein Projekt",
      user: "Niemand",
      work_item: "Kein Work Item",
      parent: "Kein übergeordnetes Item",
      type: "Kein Typ",
      activity: "Keine Tätigkeit",
      billable: "Nicht bekannt",
      site: "Keine Organisation",
      day: "Kein Tag",
      week: "Keine Woche",
      month: "Kein Monat",
      quarter: "Kein Quartal",
    },
    billable: { yes: "Abrechenbar", no: "Nicht abrechenbar" },
    period: {
      label: "Zeitraum",
      presets: {
        this_week: "Diese Woche",
        last_week: "Letzte Woche",
        this_month: "Dieser Monat",
        last_month: "Letzter Monat",
        quarter: "Dieses Quartal",
      },
      custom: "Eigener…",
      customTitle: "Tage auswählen",
      from: "Erster Tag",
      to: "Letzter Tag",
      show: "Anzeigen",
      order: "Der letzte Tag darf nicht vor dem ersten liegen.",
      tooLong: (n) => sentence`Ein Bericht umfasst höchstens ${days(n)}.`,
      missing: "Geben Sie beide Tage ein.",
      beside: (period) => sentence`neben ${period}`,
      quarterOf: (quarter, year) => sentence`${quarter}. Quartal ${year}`,
    },
    levels: {
      label: "Gruppieren",
      add: "Ebene",
      addTitle: "Ebene hinzufügen",
      remove: (name) => sentence`${name} entfernen`,
      chip: (name, place, all) => sentence`${name}, Ebene ${place} von ${all}`,
      help: "Alt und die Pfeiltasten ändern die Reihenfolge, Entf entfernt die Ebene.",
      moved: (name, place) => sentence`${name} ist jetzt Ebene ${place}.`,
      removed: (name) => sentence`${name} ist keine Ebene mehr.`,
    },
    filters: {
      label: "Filter",
      add: "Filter",
      addTitle: "Filter hinzufügen",
      names: {
        user: "Person",
        project: "Projekt",
        work_item: "Work Item",
        type: "Typ",
        state: "Status",
        activity: "Tätigkeit",
        billable: "Abrechenbar",
        approved: "Genehmigt",
        review: "In Prüfung",
      },
      note: "Notiz",
      only: {
        billable: { yes: "Nur Abrechenbares", no: "Nur nicht Abrechenbares" },
        approved: { yes: "Nur Genehmigtes", no: "Nur nicht Genehmigtes" },
        review: { yes: "Nur Zeit in Prüfung", no: "Ohne Zeit in Prüfung" },
      },
      chip: (name) => sentence`${name}:`,
      remove: (name) => sentence`Filter ${name} entfernen`,
      change: (name, values) => sentence`${name}: ${values}. Filter ändern`,
      many: (first, more) => sentence`${first} und ${more} weitere`,
      find: "Namen suchen",
      none: "Hier hat nichts Zeit in diesem Zeitraum.",
      noMatch: "Kein Name passt.",
      first: (shown, all) => sentence`Die ersten ${shown} von ${all}. Tippen Sie, um die anderen zu finden.`,
      unknown: "ohne Zeit in diesem Zeitraum",
      noteLabel: "Wörter in der Notiz",
      stateLabel: "Status, wie sie im Tracker heißen",
      stateHelp: "Trennen Sie mehrere durch Kommas, etwa Resolved, Closed.",
      apply: "Anwenden",
    },
    rounding: {
      label: "Rundung",
      none: "Ohne Rundung",
      minutes: (n) => sentence`${counted(n, "Minute", "Minuten")}`,
      directions: { nearest: "Zur nächsten", up: "Immer auf", down: "Immer ab" },
      unit: "Runden auf",
      direction: "Richtung",
      chip: {
        nearest: (n) => sentence`Auf ${n} min gerundet`,
        up: (n) => sentence`Auf ${n} min aufgerundet`,
        down: (n) => sentence`Auf ${n} min abgerundet`,
      },
      said: {
        nearest: (n) =>
          sentence`Jeder Eintrag ist auf ${counted(n, "Minute", "Minuten")} gerundet, nur in diesem Bericht. Das Diagramm zeigt die Zeit, wie sie erfasst ist.`,
        up: (n) =>
          sentence`Jeder Eintrag ist auf ${counted(n, "Minute", "Minuten")} aufgerundet, nur in diesem Bericht. Das Diagramm zeigt die Zeit, wie sie erfasst ist.`,
        down: (n) =>
          sentence`Jeder Eintrag ist auf ${counted(n, "Minute", "Minuten")} abgerundet, nur in diesem Bericht. Das Diagramm zeigt die Zeit, wie sie erfasst ist.`,
      },
    },
    figure: {
      hours: "Stunden",
      change: (change, period) => sentence`${change} gegenüber ${period}`,
      billable: "Abrechenbar",
      review: "In Prüfung, nicht gezählt",
      target: "Soll",
      missing: (length) => sentence`${length} fehlen`,
      beyond: (length) => sentence`${length} darüber`,
      adjusted: "Korrekturen abgeschlossener Zeit",
      running: "Eine laufende Zeit zählt hier, wenn sie gestoppt ist.",
    },
    chart: {
      label: (title) => sentence`${title}, als Diagramm`,
      hours: (n) => sentence`${n} h`,
      per: {
        day: "Stunden am Tag. Freie Wochenenden fehlen.",
        week: "Stunden in der Woche",
        month: "Stunden im Monat",
        quarter: "Stunden im Quartal",
      },
      all: "Stunden",
      more: (n) => sentence`${n} weitere`,
      bar: (when, parts) => sentence`${when}: ${parts}`,
      part: (name, length) => sentence`${name} ${length}`,
      review: (length) => sentence`in Prüfung ${length}`,
      nothing: "nichts",
      only: (when) => sentence`Nur ${when}`,
      whole: "Ganzen Zeitraum anzeigen",
    },
    table: {
      hours: "Stunden",
      billable: "Abrechenbar",
      review: "In Prüfung",
      change: "Änderung",
      total: "Summe",
      open: (name) => sentence`${name} öffnen`,
      close: (name) => sentence`${name} schließen`,
      entriesOf: (name) => sentence`Einträge: ${name}`,
      help: "Rechts und Links öffnen und schließen, Enter zeigt die Einträge, Escape geht eine Ebene hinauf.",
      entriesLoading: "Einträge werden gesucht…",
      entriesEmpty: "Hier ist kein Eintrag mehr.",
      entriesMore: "Weitere Einträge anzeigen",
      inMyTime: "In Meine Zeit anzeigen",
    },
    views: {
      button: "Gespeicherte Ansichten",
      yours: "Ihre",
      sharedBy: (name) => sentence`Geteilt von ${name}`,
      none: "Noch ist keine Ansicht gespeichert.",
      usual: "Von vorn beginnen",
      changed: "Geändert",
      save: "Speichern",
      saving: "Wird gespeichert…",
      saveAs: "Als neue Ansicht speichern…",
      edit: "Name und Freigabe…",
      delete: "Diese Ansicht löschen",
      title: "Als neue Ansicht speichern",
      editTitle: "Name und Freigabe",
      name: "Name",
      nameMissing: "Geben Sie der Ansicht einen Namen.",
      shared: "Mit allen in der Organisation teilen",
      sharedHelp: "Alle sehen darin, was sie sehen dürfen. Nur Sie können sie ändern.",
      saved: (name) => sentence`${name} ist gespeichert.`,
      deleted: (name) => sentence`${name} ist gelöscht.`,
      restored: (name) => sentence`${name} ist wieder da.`,
      undone: (name) => sentence`${name} ist wieder wie zuvor.`,
    },
    exports: {
      button: "Exportieren",
      title: "Diesen Bericht exportieren",
      csv: "CSV",
      excel: "Excel",
      pdf: "PDF",
      pdfHint: "eine Seite für den Kunden",
      json: "JSON",
      sheets: (level) => sentence`Je ein Blatt: ${level}`,
      entries: "Einträge einzeln statt Summen",
      copy: "Link zu dieser Ansicht kopieren",
      copied: "Der Link ist kopiert.",
      notCopied: "Der Browser lässt uns nicht kopieren. Dies ist der Link:",
    },
    states: {
      empty: "In diesem Zeitraum ist keine Zeit erfasst.",
      emptyFiltered: "Keine Zeit passt zu diesen Filtern.",
      clearFilters: "Filter entfernen",
      lastMonth: "Letzten Monat anzeigen",
      asOf: (time) => sentence`Stand ${time}.`,
      notAllowed: "Nur Administratoren sehen die Zeit von anderen.",
      showMine: "Meine Zeit anzeigen",
    },
  },

  menu: {
    unreachable: "TimeTracker wurde nicht erreicht, daher läuft keine Zeit.",
    tryAgain: "Erneut versuchen",
    none: "Kein Work Item ist ausgewählt. Wählen Sie eines aus, und starten Sie die Zeit darauf.",
    several: (n) =>
      sentence`Die Zeit läuft auf einem Work Item, und ${n} sind ausgewählt. Wählen Sie eines davon aus, und starten Sie die Zeit darauf.`,
    unsaved: "Zeit wird auf gespeicherten Work Items erfasst. Speichern Sie dieses zuerst.",
    noProject: (id) =>
      sentence`Diese Seite sagt nicht, in welchem Projekt #${id} ist. Öffnen Sie es, und starten Sie die Zeit dort.`,
    dialog: "Zeit starten",
    runs: (item) => sentence`Die Zeit läuft auf ${item}.`,
    switched: (item, before) => sentence`Die Zeit läuft auf ${item}; ${before} ist gestoppt.`,
    already: (item) => sentence`Die Zeit auf ${item} läuft schon.`,
    goOn: "Sie können weitermachen: Schließen Sie dies, und wählen Sie noch einmal „Zeit starten“.",
  },

  widgets: {
    week: {
      name: "Meine Woche",
      today: "Heute",
      weekend: "Samstag und Sonntag",
      weekends: { always: "Immer", used: "Wenn Zeit darauf liegt" },
    },
    month: {
      name: "Der Monat des Teams",
      grouping: "Gruppieren nach",
      groupings: { project: "Projekt", user: "Person" },
      month: "Monat",
      months: { this: "Dieser Monat", last: "Letzter Monat" },
      notAllowed:
        "Admins von TimeTracker sehen hier die Stunden des Teams. Ihre stehen im Widget „Meine Woche“ und unter Zeit.",
      more: (n) => sentence`${n} weitere`,
    },
    open: "Zeit öffnen",
    settings: "Einstellungen",
    noHost: "Öffnen Sie diese Einstellungen von einem Dashboard in Azure DevOps aus.",
  },

  frames: {
    product: "TimeTracker",
    loading: "Wird geladen…",
    tryAgain: "Erneut versuchen",
    dismiss: "Ausblenden",
    cancel: "Abbrechen",
    showMore: "Mehr anzeigen",
    paging: {
      pages: "Seiten",
      previous: "Zurück",
      next: "Weiter",
      page: (n) => sentence`Seite ${n}`,
    },
    csv: {
      label: "Format der CSV-Dateien",
      comma: "Komma, 1.5",
      semicolon: "Semikolon, 1,5",
      tab: "Tabulator, 1.5",
    },
    downloading: "Wird vorbereitet…",
    reviewApart: "Zeit in Prüfung steht für sich und zählt, sobald sie bestätigt oder berichtigt ist.",

    boot: {
      starting: "Wird gestartet…",
      no_host: {
        title: "Öffnen Sie diese Seite von Azure DevOps aus",
        detail:
          "Sie zeigt Ihre Zeit in einem Work Item oder unter Boards und kann allein nicht arbeiten. Wenn Sie in Azure DevOps sind, laden Sie die Seite neu.",
      },
      no_config: {
        title: "TimeTracker ist nicht erreichbar",
        detail:
          "Die Einstellungen konnten nicht geladen werden. Prüfen Sie Ihre Verbindung, und versuchen Sie es erneut.",
      },
    },

    welcome: {
      title: "TimeTracker für Ihre Organisation einrichten",
      lead: "Zeiterfassung in Azure DevOps, 30 Tage kostenlos. Melden Sie sich mit Ihrem Geschäftskonto an, um zu beginnen oder um zu sehen, ob Ihre Organisation es schon nutzt.",
    },

    signIn: {
      working: "Anmeldung läuft…",
      button: "Mit Microsoft anmelden",
      none: "Melden Sie sich mit Ihrem Geschäftskonto an, um Zeit zu erfassen.",
      confirm:
        "Ihre Organisation möchte, dass Sie Ihre Anmeldung bestätigen, etwa mit einem zweiten Faktor. Melden Sie sich noch einmal an, um fortzufahren.",
      cancelled: "Die Anmeldung wurde nicht abgeschlossen. Sie können es erneut versuchen.",
      popupBlocked:
        "Der Browser hat das Anmeldefenster blockiert. Erlauben Sie Pop-ups für diese Seite, und versuchen Sie es erneut.",
      failed:
        "Die Anmeldung hat nicht funktioniert. Versuchen Sie es erneut; wenn es dabei bleibt, fragen Sie Ihre Administration.",
      again: "Sie wurden abgemeldet. Melden Sie sich wieder an, um fortzufahren.",
    },

    signUp: {
      title: "TimeTracker für Ihre Organisation einrichten",
      lead: "Ihre Organisation nutzt TimeTracker noch nicht. Mit der Einrichtung beginnt eine kostenlose Testphase von 30 Tagen für bis zu fünf Personen; Sie übernehmen die Administration.",
      name: "Name der Organisation",
      slug: "Kurzname",
      slugHelp:
        "Unter ihm findet der Support Ihre Organisation. Kleinbuchstaben, Ziffern und einzelne Bindestriche, 2 bis 40 Zeichen.",
      devops: "Azure-DevOps-Organisation",
      devopsHelp: "Der Teil nach dev.azure.com/",
      email: "E-Mail-Adresse der Administration",
      emailHelp: "Wer Zugang braucht, soll dort fragen. TimeTracker selbst sendet keine E-Mails.",
      zone: "Zeitzone",
      zoneHelp: "In ihr beginnen Tage, Wochen und Monate.",
      currency: "Währung",
      currencyHelp: "In ihr werden Beträge angezeigt.",
      submit: "Testphase starten",
      working: "Wird eingerichtet…",
      notMine: "Nicht Ihre Aufgabe? Bitten Sie die Person darum, die sich um Ihre Werkzeuge kümmert.",
      required: "Füllen Sie dies aus.",
      badSlug: "Kleinbuchstaben, Ziffern und einzelne Bindestriche, 2 bis 40 Zeichen.",
      badOrganization: "Buchstaben, Ziffern und Bindestriche, höchstens 50 Zeichen.",
      badEmail: "Geben Sie eine E-Mail-Adresse ein.",
    },

    failure: {
      offline: "TimeTracker wurde nicht erreicht. Nichts ist verloren; versuchen Sie es erneut.",
      unavailable:
        "TimeTracker antwortet nicht wie gewohnt. Nichts ist verloren; versuchen Sie es gleich noch einmal.",
      tooMany: "Das war etwas schnell. Warten Sie einen Moment, und versuchen Sie es erneut.",
      signedOut: "Sie sind abgemeldet. Melden Sie sich an, und versuchen Sie es erneut.",
      unexpected: "Das hat nicht funktioniert.",
      stale:
        "Dieser Eintrag wurde inzwischen geändert. Er wird gezeigt, wie er jetzt ist; sehen Sie ihn an, und versuchen Sie es erneut.",
      notFound: "Das gibt es nicht mehr.",
      reference: (id) => sentence`Referenz ${id}`,
      codes: {
        marketplace_unavailable:
          "Der Marketplace von Microsoft antwortet nicht. Ihr Kauf ist sicher; der Link gilt 24 Stunden.",
        marketplace_credentials:
          "Der Marketplace von Microsoft lässt TimeTracker den Kauf gerade nicht ansehen. Ihr Kauf ist sicher; der Link gilt 24 Stunden.",
        time_zone_unknown: "TimeTracker kennt diese Zeitzone noch nicht.",
        tenant_unknown: "Ihre Organisation nutzt TimeTracker noch nicht.",
        user_deactivated: "Ihr Zugang zu TimeTracker ist abgeschaltet. Fragen Sie Ihre Administration.",
        not_invited:
          "Sie sind noch nicht zu TimeTracker eingeladen. Bitten Sie Ihre Administration um eine Einladung.",
        seat_limit: "Alle Plätze Ihrer Organisation sind belegt. Bitten Sie Ihre Administration um einen.",
        trial_expired:
          "Die Testphase ist zu Ende. Ihre Zeit bleibt erhalten und kann gelesen und exportiert werden; um mehr zu erfassen, braucht es einen Plan.",
        tenant_suspended:
          "Das Abonnement Ihrer Organisation ist ausgesetzt. Ihre Zeit bleibt erhalten und kann gelesen und exportiert werden; vorerst kann keine weitere erfasst werden.",
        tenant_cancelled:
          "Das Abonnement Ihrer Organisation ist gekündigt. Ihre Zeit bleibt erhalten und kann gelesen und exportiert werden; weitere kann nicht erfasst werden.",
      },
    },

    general: {
      name: (project) => sentence`Ohne Work Item – ${project}`,
    },

    timer: {
      start: "Start",
      stop: "Stopp",
      starting: "Startet…",
      stopping: "Stoppt…",
      switchHere: "Hierher wechseln",
      stopThere: "Dort stoppen",
      stopAndStart: "Dort stoppen und hier starten",
      discard: "Verwerfen",
      discarding: "Wird verworfen…",
      started: (item) => sentence`Die Zeit auf ${item} läuft.`,
      stopped: (item, ms) => sentence`Die Zeit auf ${item} ist nach ${formatLength(ms)} gestoppt.`,
      alreadyStopped: "Die Zeit war schon gestoppt.",
      discarded: "Die laufende Zeit ist verworfen.",
      rejected: (item) => sentence`Auf ${item} läuft die Zeit. Stoppen Sie sie zuerst.`,
      running: "Laufende Zeit",
      runningSince: (time) => sentence`Läuft seit ${time}`,
      idle: "Es läuft keine Zeit.",
      elsewhere: "Läuft anderswo",
      elapsed: "Vergangene Zeit",
      autoStop: (time) => sentence`Stoppt von selbst um ${time}`,
    },

    offline: {
      title: "TimeTracker wurde nicht erreicht.",
      stop: (time) =>
        sentence`Ihr Stopp um ${time} wird gesendet, sobald das gelingt. Bis dahin läuft die Zeit weiter; danach können Sie sie auf ${time} kürzen.`,
      start: (time) =>
        sentence`Ihr Start um ${time} wird gesendet, sobald das gelingt; danach können Sie die Zeit um ${time} beginnen lassen.`,
      several:
        "Was Sie gedrückt haben, wird in dieser Reihenfolge gesendet, sobald das gelingt; danach können Sie die Zeit daran anpassen.",
      pressedStop: (time, item) => sentence`${time} Stopp auf ${item}`,
      pressedStart: (time, item) => sentence`${time} Start auf ${item}`,
      tryNow: "Jetzt versuchen",
      sending: "Neuer Versuch…",
      sendsIn: (seconds) => sentence`Neuer Versuch in ${seconds} s.`,
      keepRunning: "Weiterlaufen lassen",
      dontStart: "Nicht starten",
      tooOld: (item) =>
        sentence`Ihr Start auf ${item} konnte so lange nicht gesendet werden, dass er weggelassen wurde. Starten Sie neu.`,
    },

    late: {
      title: "Später erfasst, als Sie gedrückt haben",
      stop: (item, pressed, recorded) =>
        sentence`${item}: um ${recorded} gestoppt, Sie haben um ${pressed} auf Stopp gedrückt.`,
      start: (item, pressed, recorded) =>
        sentence`${item}: um ${recorded} gestartet, Sie haben um ${pressed} auf Start gedrückt.`,
      cutTo: (time) => sentence`Auf ${time} kürzen`,
      startAt: (time) => sentence`Um ${time} beginnen`,
      useAll: "Die gedrückten Zeiten nehmen",
      keep: "So lassen, wie erfasst",
      reason: "Wie gedrückt, während TimeTracker nicht erreicht wurde",
      corrected: (item) => sentence`Die Zeit auf ${item} ist so, wie Sie gedrückt haben.`,
      allCorrected: "Die Zeiten sind so, wie Sie gedrückt haben.",
      changedMeanwhile: "Diese Einträge wurden inzwischen geändert und bleiben daher, wie sie sind.",
      takenBack: "Die Zeiten sind wieder so, wie erfasst.",
    },

    undo: {
      button: "Rückgängig",
      region: "Was getan wurde",
      failed: (why) => sentence`Das konnte nicht rückgängig gemacht werden. ${why}`,
      runsOn: (item) => sentence`Die Zeit auf ${item} läuft weiter.`,
      start: (item) => sentence`Der Start auf ${item} ist rückgängig gemacht.`,
      confirmed: "Der Eintrag ist wieder in Prüfung.",
      corrected: "Die Berichtigung ist rückgängig gemacht.",
      voided: "Der Eintrag zählt wieder.",
      putBack: "Die Änderung ist wieder da.",
    },

    item: {
      groupTitle: "Zeit auf diesem Work Item",
      saveFirst: "Speichern Sie zuerst das Work Item",
      saveFirstDetail: "Zeit wird auf gespeicherten Work Items erfasst.",
      unreadable: "Das Work Item konnte nicht aus Azure DevOps gelesen werden.",
      notOpened: (id) => sentence`Azure DevOps hat #${id} nicht geöffnet.`,
      onThis: "Auf diesem Work Item",
      today: "Sie heute",
      ofThatToday: "davon heute",
      own: "Sie",
      everybody: "Alle",
      onlyOwn: "Nur Ihre Zeit: Azure DevOps hat Ihnen dieses Work Item nicht gezeigt.",
      underReview: "In Prüfung",
      others: (names, many) => sentence`${names} ${many ? "sind" : "ist"} auch daran`,
      ofType: (type) => sentence`${type} `,
      more: (n) => sentence`${n} weitere`,
    },

    completedWork: {
      name: "Completed Work",
      parts: (own, others) =>
        sentence`${formatHours(own)} von hier, ${formatHours(others)} von anderen in Azure DevOps`,
      fromHere: "von hier",
      byOthers: "von anderen in Azure DevOps",
      lowered: (own) => sentence`${formatHours(own)} kamen von hier; in Azure DevOps wurde gekürzt.`,
      unread: "Noch nicht aus Azure DevOps gelesen.",
      none: "Azure DevOps hat keine für dieses Work Item.",
      off: "Erfasste Zeit wird nicht zu Completed Work addiert.",
      written: (when) => sentence`geschrieben ${when}`,
      waiting: "wartet.",
      takingBack: "zurückzunehmen, wartet.",
      refused: "abgelehnt.",
      takingBackRefused: "nicht zurückgenommen.",
      nextTry: (time) => sentence`Nächster Versuch ${time}.`,
      tryNow: "Jetzt versuchen",
      trying: "Wird versucht…",
      leaveOut: "Weglassen",
      leftOut: (hours) => sentence`${formatHours(hours)} bleiben aus Completed Work weg.`,
      atStart: (hours) => sentence`Completed Work war ${formatHours(hours)}.`,
      problems: {
        tracker_unavailable: "Azure DevOps antwortet nicht.",
        tracker_answer_lost:
          "Die Antwort von Azure DevOps ging verloren. Was daraus wurde, wird vor dem nächsten Versuch nachgesehen.",
        work_item_changed: "Das Work Item wurde gerade bearbeitet.",
        work_item_not_found: "Azure DevOps zeigt Ihnen dieses Work Item nicht, oder es ist gelöscht.",
        work_item_read_only: "Sie dürfen das Work Item nicht ändern.",
        interaction_required: "Azure DevOps möchte, dass Sie Ihre Anmeldung bestätigen.",
        tracker_consent_required: "Ihre Organisation hat TimeTracker Azure DevOps noch nicht nutzen lassen.",
        tenant_inactive: "Nichts wird geschrieben, bis wieder Zeit erfasst werden kann.",
      },
      says: (message) => sentence`Azure DevOps sagt: ${message}`,
      rules: {
        locked: (field) =>
          sentence`Eine Regel in Azure DevOps sperrt ${field} auf diesem Work Item, etwa weil es geschlossen ist.`,
        empty: (field) =>
          sentence`Eine Regel in Azure DevOps hält ${field} auf diesem Work Item leer, etwa weil es geschlossen ist.`,
        required: (field) =>
          sentence`Azure DevOps verlangt, dass ${field} auf diesem Work Item zuerst ausgefüllt wird.`,
        noHours: "Work Items dieses Typs haben in Azure DevOps kein Completed Work.",
      },
      form: {
        title: (hours) =>
          hours === undefined
            ? "Completed Work hat sich in Azure DevOps geändert."
            : sentence`Completed Work ist in Azure DevOps jetzt ${formatHours(hours)}.`,
        unsaved:
          "Ihre nicht gespeicherten Änderungen sind noch da, aber dieses Formular ist älter, und Azure DevOps speichert es nicht.",
        keepHelp:
          "Aktualisieren Sie, und stimmen Sie zu, wenn nach dem Verwerfen der Änderungen gefragt wird: Sie werden wieder eingetragen. Nur neue Links und Anlagen müssen noch einmal hinzugefügt werden.",
        unread: "Dieses Formular zeigt das Work Item, wie es vorher war.",
        keep: "Aktualisieren und meine Änderungen behalten",
        refresh: "Aktualisieren",
        later: "Später",
        refreshing: "Wird aktualisiert…",
        kept: "Das Formular ist aktuell, mit Ihren Änderungen. Speichern Sie sie, wenn Sie so weit sind.",
        failed: "Azure DevOps hat das Formular nicht aktualisiert. Ihre Änderungen sind noch da.",
        given: "Wieder eingetragen, bis auf diese, die inzwischen geändert wurden:",
        field: (name, value) => sentence`${name}: Sie hatten ${value}`,
        empty: "nichts",
      },
      pending: {
        label: "Wartet auf Azure DevOps",
        wait: (n, length) =>
          sentence`${counted(n, "Eintrag wartet", "Einträge warten")} auf Azure DevOps: ${length}.`,
        refused: (n, length) => sentence`Azure DevOps hat ${entries(n)} abgelehnt: ${length}.`,
        show: "Was wartet",
        leaveOutOf: (item) => sentence`Weglassen: ${item}`,
        leftOut: (item) => sentence`${item}: bleibt aus Completed Work weg.`,
      },
    },

    entries: {
      title: "Zeit auf diesem Work Item",
      caption: "Einträge, der neueste zuerst",
      when: "Wann",
      item: "Work Item",
      who: "Wer",
      duration: "Dauer",
      source: "Herkunft",
      sources: { timer: "Timer", manual: "Von Hand" },
      actions: "Aktionen",
      runningNow: "jetzt",
      underReview: "In Prüfung",
      waits: (when) => sentence`wartet auf Ihre Prüfung: ${when}.`,
      review: "Bestätigen oder berichtigen Sie die Zeit.",
      reviewLater: "Das kann bestätigt oder berichtigt werden, wenn wieder Zeit erfasst werden kann.",
      underReviewHint: "Diese Zeit wurde vergessen und hat von selbst gestoppt.",
      empty: "Auf diesem Work Item ist noch keine Zeit erfasst.",
      emptyOwn: "Sie haben auf diesem Work Item noch keine Zeit erfasst.",
      everybody: "Einträge von allen zeigen",
      voidedToo: "Stornierte Einträge zeigen",
      isVoided: "Storniert",
      restore: "Wiederherstellen",
      confirm: "Bestätigen",
      correct: "Berichtigen",
      void: "Stornieren",
      history: "Verlauf",
      about: (action, when) => sentence`${action}: ${when}`,
      confirmTitle: "Diesen Eintrag bestätigen?",
      confirmed: "Eintrag bestätigt.",
      corrected: "Eintrag berichtigt.",
      voided: "Eintrag storniert.",
      correctTitle: "Eintrag berichtigen",
      start: "Beginn",
      stop: "Ende",
      zone: (zone) => sentence`Zeiten gelten in ${zone}.`,
      reason: "Grund",
      reasonOptional: "Grund (freiwillig)",
      reasonOther: "Das ist der Eintrag einer anderen Person: Sagen Sie, warum er geändert wird.",
      reasonOld: (n) => sentence`Dieser Eintrag ist älter als ${days(n)}: Sagen Sie, warum er geändert wird.`,
      save: "Speichern",
      saving: "Wird gespeichert…",
      skipped: "Diese Zeit gibt es nicht: Die Uhren wurden über sie hinweg vorgestellt.",
      repeated: "Die Uhren wurden zurückgestellt: Welche der beiden ist gemeint?",
      enterTime: "Geben Sie Datum und Uhrzeit ein.",
      order: "Das Ende muss nach dem Beginn liegen.",
      tooLong: "Ein Eintrag kann nicht länger als 24 Stunden sein.",
      future: "Das Ende kann nicht in der Zukunft liegen.",
      unchanged: "Nichts wurde geändert.",
      overlaps: (item, when) =>
        sentence`Ein anderer Eintrag deckt einen Teil dieser Zeit ab: ${item}, ${when}.`,
      open: (item) => sentence`#${item} öffnen`,
      durationIs: (ms) => sentence`Dauer: ${formatDuration(ms, "clock")}`,
      newDuration: (ms) => sentence`Neue Dauer: ${formatDuration(ms, "clock")}`,
      voidTitle: "Diesen Eintrag stornieren?",
      voidDetail: "Er zählt dann nirgends mehr. In den Aufzeichnungen bleibt er.",
      voidConfirm: "Eintrag stornieren",
      voiding: "Wird storniert…",
      putBack: "Zurücksetzen",
      putBackTitle: "Auf den Stand davor zurücksetzen?",
      putBackDone: "Der Stand davor ist wieder da.",
      noHistory: "Seit der Erfassung wurde nichts geändert.",
      fields: {
        started_at: "Beginn",
        stopped_at: "Ende",
        needs_review: "Prüfung",
        voided_at: "Storniert",
        source: "Herkunft",
        work_item: "Work Item",
        project: "Projekt",
        activity: "Tätigkeit",
        billable: "Abrechenbar",
        note: "Notiz",
      },
      billableStates: { true: "ja", false: "nein" },
      reviewStates: { true: "wartet", false: "erledigt" },
      nothing: "nichts",
      changed: (field, from, to) => sentence`${field}: ${from} → ${to}`,
      because: (reason) => sentence`Grund: ${reason}`,
    },

    hub: {
      title: "Zeit",
      review: "Einträge zur Prüfung",
      reviewLead: "Diese Zeiten liefen zu lange und haben von selbst gestoppt.",
      week: "Woche",
      thisWeek: "Diese Woche",
      previousWeek: "Woche davor",
      nextWeek: "Woche danach",
      weekTotal: "Summe",
      dayText: (date, ms, reviewMs) =>
        sentence`${formatDate(date, "long")}: ${formatDuration(ms, "spoken")}${
          reviewMs > 0 ? sentence`, und ${formatDuration(reviewMs, "spoken")} in Prüfung` : ""
        }`,
      includesRunning: "Die laufende Zeit ist enthalten.",
      hours: "Stunden",
      underReview: "In Prüfung",
      total: "Summe",
      monthEmpty: "In diesem Monat ist keine Zeit erfasst.",
      parts: "Teile dieser Seite",
      myTime: "Meine Zeit",
    },

    switch: {
      label: "Woran arbeiten Sie?",
      placeholder: "Nummer, Wörter oder @me",
      groups: {
        pinned: "Angeheftet",
        recent: "Zuletzt",
        mine: "Ihnen zugewiesen",
        found: "In Azure DevOps gefunden",
      },
      running: "läuft",
      isPinned: "angeheftet",
      start: "Start",
      switch: "Wechseln",
      addTime: "Zeit nachtragen",
      addTo: (item) => sentence`Zeit nachtragen: ${item}`,
      pin: "Anheften",
      unpin: "Lösen",
      pinned: (item) => sentence`${item} ist angeheftet.`,
      unpinned: (item) => sentence`${item} ist nicht mehr angeheftet.`,
      add: "Nachtragen",
      adding: "Wird nachgetragen…",
      added: (item, ms) => sentence`${formatLength(ms)} auf ${item} nachgetragen.`,
      addUndone: (item) => sentence`Die Zeit auf ${item} ist zurückgenommen.`,
      reasonOld: (n) =>
        sentence`Diese Zeit ist älter als ${days(n)}: Sagen Sie, warum sie nachgetragen wird.`,
      found: (n) => sentence`${counted(n, "Work Item", "Work Items")}.`,
      searching: "Suche in Azure DevOps…",
      empty:
        "Hier erscheinen Work Items, auf denen Sie Zeit erfassen. Geben Sie eine Nummer oder Wörter ein, um eines zu finden.",
      keepTyping: "Geben Sie noch einen Buchstaben ein, um in Azure DevOps zu suchen.",
      noMatch: "Kein Work Item passt.",
      noNumber: (number) => sentence`Es gibt kein Work Item ${number}, oder Sie dürfen es nicht sehen.`,
      down: "Azure DevOps antwortet nicht. Nur angeheftete und zuletzt benutzte Work Items werden durchsucht.",
      consent:
        "Ihre Organisation hat TimeTracker nicht erlaubt, Azure DevOps für Sie zu lesen; eine Administration von Microsoft Entra ID kann das. Nur angeheftete und zuletzt benutzte Work Items werden durchsucht.",
      confirm: "Azure DevOps kann durchsucht werden, wenn Sie sich noch einmal angemeldet haben.",
      asOf: (time) => sentence`Titel vom Stand ${time}.`,
    },

    keys: {
      open: "Tasten",
      openLabel: "Tasten dieser Seite",
      title: "Tasten",
      close: "Schließen",
      anywhere: "Überall",
      field: "Im Suchfeld",
      single: "Einzelne Buchstaben und Zeichen sind Tasten",
      singleHelp: "Sie gelten nur außerhalb von Feldern. Dieser Browser merkt sich die Wahl.",
      actions: {
        focus: "Zum Suchfeld gehen",
        stop: "Die Zeit stoppen",
        help: "Diese Tasten zeigen",
        undo: "Rückgängig",
        notice: "Zum Hinweis mit „Rückgängig“ gehen",
        choose: "Auswählen",
        start: "Starten oder wechseln",
        add: "Zeit nachtragen",
        pin: "Anheften oder lösen, nach den Pfeiltasten",
        pinTyping: "Anheften oder lösen, während der Eingabe",
        close: "Schließen",
      },
    },

    zone: {
      label: "Zeitzone",
      now: (zone) => sentence`Zeitzone: ${zone}`,
      change: "Ändern",
      changeLabel: "Zeitzone ändern",
      title: "Ihre Zeitzone",
      lead: "In ihr beginnen Ihre Tage, Wochen und Monate, und in ihr werden Zeiten gezeigt. Sie gilt nur für Sie.",
      find: "Zeitzone suchen",
      findHelp: "Eine Stadt, ein Land oder ein Abstand, etwa Tokyo, India oder UTC+05:45",
      zones: "Zeitzonen",
      follow: (tenant, zone) => sentence`Wie ${tenant}: ${zone}`,
      option: (zone, offset) => (offset ? sentence`${zone} (${offset})` : zone),
      noRegion: "Andere",
      found: (n) => (n === 0 ? "Keine Zeitzone passt." : sentence`${counted(n, "Treffer", "Treffer")}.`),
      chosen: (zone, time, offset) => sentence`Gewählt: ${zone}, dort ist es ${time} (${offset}).`,
      save: "Diese Zeitzone nehmen",
      saving: "Wird gespeichert…",
      set: (zone) => sentence`Ihre Tage beginnen in ${zone}.`,
      differs: (browser, now) => sentence`Ihr Browser ist in ${browser}, Ihre Tage beginnen in ${now}.`,
      use: (zone) => sentence`${zone} nehmen`,
      keep: (zone) => sentence`${zone} behalten`,
      unknown: (wanted, shown) =>
        sentence`Zeiten und Tage werden in ${shown} gezeigt, da die Zeitzone ${wanted} hier nicht bekannt ist.`,
    },

    trial: {
      left: (n) =>
        n === 0
          ? "Die kostenlose Testphase endet heute."
          : sentence`Noch ${days(n)} der kostenlosen Testphase.`,
      adminHelp:
        "Danach kann alles Erfasste noch gelesen und exportiert werden. Um weiter zu erfassen, kaufen Sie einen Plan im Azure Marketplace.",
    },

    plan: {
      seats: (rate) => sentence`${rate} je Person und Monat, für jeden Platz`,
      flat: (base) => sentence`${base} im Monat, gleich wer arbeitet`,
      metered: (base, included, rate) =>
        sentence`${base} im Monat, ${counted(included, "aktive Person", "aktive Personen")} inbegriffen, und ${rate} für jede weitere Person, die im Monat aktiv ist`,
      room: seats,
      upTo: (n) => sentence`Bis zu ${people(n)}`,
      noLimit: "Ohne Grenze",
      until: (term, end) => sentence`${term}, bis ${end}`,
    },

    offer: {
      plans: "Was ein Plan kostet",
      bought: "Ein Plan wird im Azure Marketplace gekauft; Microsoft rechnet ab und zieht den Preis ein.",
      buy: "Plan kaufen",
      accept: "Mit der Einrichtung nehmen Sie dies für Ihre Organisation an:",
      terms: "Bedingungen",
      privacy: "Was gespeichert wird und was nicht",
      ask: "Fragen Sie einen Super-Admin von TimeTracker in Ihrer Organisation.",
      askNamed: (names, n) =>
        sentence`Fragen Sie ${names}, ${n === 1 ? "Super-Admin" : "Super-Admins"} von TimeTracker in Ihrer Organisation.`,
    },

    legal: {
      title: "TimeTracker: Bedingungen und Datenschutz",
      seller: "TimeTracker wird angeboten von",
      terms: {
        title: "Bedingungen",
        points: [
          "Die Testphase ist für 30 Tage und bis zu fünf Personen kostenlos. Sie endet von selbst; eine Zahlung wird nicht verlangt.",
          "Ein Plan wird im Azure Marketplace gekauft, zu den Bedingungen, die dort gezeigt werden. Microsoft rechnet ab und zieht den Preis ein.",
          "Was erfasst wurde, gehört Ihrer Organisation. Es kann auch nach dem Ende der Testphase oder des Plans gelesen und exportiert werden.",
          "Ein Abonnement wird im Azure Marketplace geändert und gekündigt, jederzeit.",
        ],
      },
      privacy: {
        title: "Was gespeichert wird und was nicht",
        points: [
          "Von einem Work Item: Nummer und Projekt, Titel, Typ, Status, Zuweisung, übergeordnetes Work Item und Stunden, so wie Azure DevOps sie jemandem aus Ihrer Organisation zeigt. Gezeigt werden sie denen, denen Azure DevOps sie zeigt, und den Admins Ihrer Organisation.",
          "Von einer Person: Kennung, Name und E-Mail-Adresse, wie Ihr Verzeichnis sie nennt, Rolle, Zeitzone, wer sie eingeladen hat, die erste und die letzte Anmeldung und die erfasste Zeit.",
          "Nicht gespeichert, auch nicht in Protokollen: Netzwerkadressen, irgendetwas über den Browser, Kennwörter, Zahlungsdaten.",
          "Die Admins Ihrer Organisation sehen die erfasste Zeit von allen. Alle anderen sehen ihre eigene, wer die Super-Admins sind, und von Work Items, die Azure DevOps ihnen zeigt, die Summe von allen und wessen Zeit dort läuft.",
          "Was Menschen in TimeTracker öffnen und drücken, wird nur mit seiner Art und Seite vermerkt.",
          "Der Browser behält die Anmeldung, solange das Fenster offen ist, das Farbschema, das Dateiformat, ob einzelne Buchstaben Tasten sind, und Starts und Stopps, die noch nicht gesendet werden konnten. Es gibt keine Cookies, und nichts wird von anderswo geladen.",
          "Abrechnungen nennen, wer in einem Monat aktiv war; das Gesetz verlangt, sie aufzubewahren.",
        ],
      },
    },

    readOnly: {
      suspended:
        "Microsoft setzt ein Abonnement aus, wenn eine Zahlung fehlt. Es geht weiter, sobald das im Azure Marketplace geregelt ist.",
    },

    join: {
      titles: {
        join_by_request: "Um Zugang zu TimeTracker bitten",
        join_requested: "Ihre Anfrage wartet",
        not_invited: "Sie sind noch nicht eingeladen",
        user_deactivated: "Ihr Zugang ist abgeschaltet",
        seat_limit: "Alle Plätze sind belegt",
      },
      ask: "Um Zugang bitten",
      asking: "Wird gesendet…",
      waits: (tenant, admin) =>
        sentence`Ihre Anfrage, bei ${tenant} mitzumachen, wartet auf ${admin}. Kommen Sie wieder, wenn sie genehmigt ist.`,
      again: "Noch einmal prüfen",
      seats:
        "Alle Plätze Ihrer Organisation sind belegt. Bitten Sie Ihre Administration, einen frei zu machen oder weitere zu kaufen, und prüfen Sie es dann noch einmal.",
    },

    signUpPage: {
      title: "TimeTracker ist eingerichtet",
      lead: (tenant, plan) => sentence`${tenant} nutzt TimeTracker${plan}. Wie es weitergeht:`,
      trialUntil: (end) => sentence`; die kostenlose Testphase läuft bis ${end}`,
      install: "Erweiterung installieren",
      installLink: "TimeTracker im Visual Studio Marketplace",
      installDetail: (organization) =>
        sentence`Suchen Sie TimeTracker im Visual Studio Marketplace, und installieren Sie es in der Azure-DevOps-Organisation ${organization}. Das kann nur, wer diese Organisation administriert.`,
      open: "Ein Work Item öffnen",
      openDetail:
        "Drücken Sie in der Gruppe TimeTracker auf Start. Die Zeit läuft, bis Sie sie stoppen, auch wenn Sie die Seite schließen.",
      openLink: "Azure DevOps öffnen",
      invite: "Kolleginnen und Kollegen dazuholen",
      inviteDetail:
        "Organisationseinstellungen, TimeTracker, Personen: Dort laden Sie ein und sehen, wie viele Plätze noch frei sind.",
    },
  },

  administration: {
    title: "TimeTracker-Administration",
    tab: "Administration",
    sections: "Bereiche der Administration",
    people: "Personen",
    settings: "Einstellungen",
    projects: "Projekte",
    completedWork: "Completed Work",
    running: "Laufende Zeiten",
    logs: "Protokolle",
    billing: "Abrechnung",
    onlyAdmins:
      "Nur Admins von TimeTracker können diese Seite öffnen. Ihre eigene Zeit finden Sie in Boards unter Zeit.",
    shouldOpen: "Sollten Sie Admin sein?",

    plan: {
      trial: (end, n) =>
        sentence`Kostenlose Testphase, endet am ${end}: ${n === 0 ? "heute ist ihr letzter Tag" : sentence`noch ${days(n)}`}.`,
      ended: (end) => sentence`Die kostenlose Testphase endete am ${end}.`,
      internal: "Interner Plan, ohne Grenzen.",
      paid: "Bezahlter Plan.",
    },

    codes: {
      last_super_admin: "Das ist der letzte Super-Admin. Machen Sie zuerst jemand anderen dazu.",
      has_signed_in: "Diese Person hat sich schon angemeldet. Deaktivieren Sie sie stattdessen.",
      not_signed_in: "Nur wer sich angemeldet hat und eingelassen wurde, kann eine andere Rolle bekommen.",
      role_required: "Ihre Rolle erlaubt das nicht mehr. Laden Sie die Seite neu.",
      user_not_found: "Diese Person ist nicht mehr da.",
    },

    project: {
      lead: "Die Projekte, unter denen Zeit erfasst wurde, und die Namen, unter denen sie gesehen wurden.",
      caption: "Projekte",
      empty: "Noch ist keine Zeit erfasst.",
      name: "Projekt",
      otherNames: "Auch gesehen als",
      actions: "Aktionen",
      countsAs: (other) => sentence`Zählt als ${other}`,
      accept: "Namen annehmen",
      acceptTitle: (name) => sentence`Ein anderer Name für ${name}`,
      acceptDetail: "Das Projekt wird mit diesem Namen gezeigt. Gefunden wird es unter allen.",
      accepted: (name) => sentence`Das Projekt heißt jetzt ${name}.`,
      merge: "Zusammenführen",
      mergeTitle: (name) => sentence`${name} mit einem anderen Projekt zusammenführen`,
      mergeDetail:
        "Seine Zeit wird unter dem anderen Projekt gezeigt. Das lässt sich rückgängig machen, bis mehr darauf erfasst ist.",
      into: "Anderes Projekt",
      merged: (name, into) => sentence`${name} zählt jetzt als ${into}.`,
      undo: "Zusammenführung rückgängig machen",
      undone: (name) => sentence`${name} zählt wieder für sich.`,
      takenBack: (name) => sentence`${name} ist wie vorher.`,
      changed: "Jemand anderes hat dieses Projekt geändert. Die Liste wurde neu geladen.",
    },

    completed: {
      lead: "Zeit, die erfasst wurde, seit TimeTracker zu Completed Work addiert, was es addiert hat und was Azure DevOps jetzt sagt. Stunden anderer bleiben, wie sie sind.",
      onlyDifferences: "Nur was abweicht",
      off: "TimeTracker addiert derzeit nicht zu Completed Work, daher lässt sich nichts richtigstellen. Was früher addiert wurde, bleibt.",
      offAsk:
        "TimeTracker addiert derzeit nicht zu Completed Work, daher lässt sich nichts richtigstellen. Ein Super-Admin kann es in den Einstellungen einschalten.",
      openSettings: "Einstellungen öffnen",
      lastRead: "Die Stunden sind die zuletzt gelesenen.",
      asking: "Azure DevOps wird gefragt…",
      caption: "Completed Work, das neueste Work Item zuerst",
      empty: "Noch ist nichts addiert. Ein Work Item erscheint hier, sobald Zeit darauf gestoppt ist.",
      noDifference: "Nichts weicht ab: Completed Work hat alles, was erfasst ist.",
      noneHere: "Auf dieser Seite weicht nichts ab. Die nächste hat weitere Work Items.",
      item: "Work Item",
      recorded: "Erfasst",
      ours: "Addiert",
      others: "Von anderen",
      azureDevOps: "In Azure DevOps",
      difference: "Abweichung",
      actions: "Aktionen",
      asOf: (time) => sentence`Stand ${time}`,
      neverRead: "noch nicht gelesen",
      underAMinute: "Weniger als eine Minute",
      toAdd: (length) => sentence`${length} ist noch nicht addiert.`,
      toTake: (length) => sentence`${length} ist noch nicht abgezogen.`,
      leftOut: (length) => sentence`${length} hat die erfassende Person weggelassen.`,
      leftIn: (length) =>
        sentence`${length} hat die erfassende Person stehen lassen, obwohl es nicht mehr zählt.`,
      lastTry: (problem) =>
        sentence`Der letzte Versuch, mit den Rechten der erfassenden Person, ist gescheitert. ${problem}`,
      missing: (hours) => sentence`${hours} fehlen von dem, was addiert wurde: Jemand hat gekürzt.`,
      hidden:
        "Azure DevOps zeigt Ihnen dieses Work Item nicht. Es ist dort gelöscht oder in einem Bereich, den Sie nicht sehen können.",
      refused: (message) => sentence`Azure DevOps lehnt ab: ${message}`,
      problems: {
        tracker_unavailable: "Azure DevOps antwortet derzeit nicht.",
        tracker_answer_lost:
          "Azure DevOps hat nicht gesagt, ob es das Work Item geändert hat. Das wird vor dem nächsten Versuch nachgesehen.",
        tracker_consent_required:
          "Ihre Organisation hat noch nicht zugestimmt, dass TimeTracker Work Items in Azure DevOps liest und ändert. Eine Administration von Microsoft Entra ID kann das.",
        interaction_required: "Die Anmeldung muss bestätigt werden, bevor Azure DevOps gefragt werden kann.",
        work_item_not_found:
          "Azure DevOps zeigt dieses Work Item nicht. Es ist dort gelöscht oder in einem Bereich, der nicht zu sehen ist.",
        work_item_read_only: "Dieses Work Item kann in Azure DevOps gelesen, aber nicht geändert werden.",
        work_item_changed:
          "Das Work Item wird gerade in Azure DevOps geändert. Versuchen Sie es gleich noch einmal.",
        tenant_inactive: "Nichts wird geschrieben, solange der Plan Ihrer Organisation nicht aktiv ist.",
      },
      correct: "Richtigstellen",
      correcting: "Wird richtiggestellt…",
      done: ({ added_hours, restored_hours }) =>
        [
          restored_hours > 0 &&
            sentence`Um ${formatHours(restored_hours)} auf das früher Addierte angehoben.`,
          added_hours > 0 && sentence`${formatHours(added_hours)} addiert.`,
          added_hours < 0 && sentence`${formatHours(-added_hours)} abgezogen.`,
        ]
          .filter(Boolean)
          .join(" ") || "Es stimmte schon.",
      announced: (item, done) => sentence`Completed Work von ${item}: ${done}`,
    },

    tryAgain: "Erneut versuchen",
    all: "Alle",
    yes: "Ja",
    no: "Nein",
    none: "–",
    working: "Einen Moment…",

    roles: { user: "Nutzende", admin: "Admin", super_admin: "Super-Admin" },
    roleHelp: {
      user: "Erfasst Zeit und sieht die eigene.",
      admin: "Sieht auch die Zeit von allen und die Protokolle und kümmert sich um Personen.",
      super_admin: "Ändert auch Rollen, Einstellungen und den Plan.",
    },
    statuses: {
      active: "Aktiv",
      invited: "Eingeladen",
      requested: "Bittet um Zugang",
      deactivated: "Deaktiviert",
    },
    providers: { microsoft: "Microsoft", manual: "Noch nicht angemeldet" },

    list: {
      seats: (taken, limit) =>
        limit === undefined
          ? sentence`${seats(taken)} belegt, ohne Grenze`
          : sentence`${taken} von ${counted(limit, "Platz", "Plätzen")} belegt`,
      seatsFull: "Alle Plätze sind belegt",
      seatsFullHelp:
        "Um jemand anderen einzulassen, deaktivieren Sie eine Person, die gegangen ist, ziehen Sie eine Einladung zurück, oder kaufen Sie im Azure Marketplace einen Plan mit mehr Plätzen.",
      invite: "Personen einladen",
      requests: (n, more) =>
        n === 1 && !more
          ? "1 Person bittet um Zugang."
          : sentence`${n}${more ? " oder mehr" : ""} Personen bitten um Zugang.`,
      showRequests: "Anfragen zeigen",
      find: "Nach Name oder E-Mail-Adresse suchen",
      filters: "Filter",
      role: "Rolle",
      status: "Status",
      provider: "Angemeldet mit",
      external: "Von außerhalb",
      externalOnly: "Nur Gäste",
      internalOnly: "Keine Gäste",
      caption: "Personen, nach Namen",
      name: "Name",
      guest: "Gast",
      claims: (email) => sentence`auch ${email} (nicht geprüft)`,
      invitedBy: "Eingeladen von",
      firstSignIn: "Erste Anmeldung",
      lastSignIn: "Letzte Anmeldung",
      never: "Nie",
      actions: "Aktionen",
      you: "Sie",
      about: (action, name) => sentence`${action}: ${name}`,
      empty: "Hier ist noch niemand. Laden Sie Ihre Kolleginnen und Kollegen ein, um zu beginnen.",
      noMatch: "Niemand passt. Versuchen Sie eine andere Suche oder weniger Filter.",
      clear: "Filter entfernen",
      stale: (name) =>
        sentence`${name} wurde inzwischen von jemand anderem geändert. Die Liste zeigt den jetzigen Stand; sehen Sie nach, und versuchen Sie es erneut.`,
    },

    change: {
      role: "Rolle ändern",
      roleTitle: (name) => sentence`Rolle von ${name}`,
      ownRole:
        "Das ist Ihre eigene Rolle. Mit einer niedrigeren können Sie sie vielleicht nicht mehr zurückändern.",
      deactivate: "Deaktivieren",
      reactivate: "Reaktivieren",
      approve: "Genehmigen",
      approveTitle: (name) => sentence`${name} einlassen?`,
      approveDetail: (email) =>
        sentence`Die Anmeldung kam von ${email || "jemandem ohne E-Mail-Adresse"}. Die Person kann dann Zeit erfassen und belegt einen Platz.`,
      approveClaim: (email) =>
        sentence`Als Adresse wird außerdem ${email} angegeben. Das hat niemand geprüft. Eine Einladung dorthin wird verbraucht.`,
      decline: "Ablehnen",
      declineTitle: (name) => sentence`Anfrage von ${name} ablehnen?`,
      declineDetail: "Die Anfrage verschwindet. Sie kann noch einmal gestellt werden.",
      withdraw: "Zurückziehen",
      withdrawTitle: (name) => sentence`Einladung von ${name} zurückziehen?`,
      withdrawDetail: "Der Platz ist dann wieder frei. Sie können später wieder einladen.",
      resend: "Erneut einladen",
      roleChanged: (name, role) => sentence`${name} ist jetzt: ${role}.`,
      undone: (name) => sentence`${name} ist wie vorher.`,
      deactivated: (name) =>
        sentence`${name} ist deaktiviert. Eine laufende Zeit läuft weiter; stoppen Sie sie unter Laufende Zeiten.`,
      activated: (name) => sentence`${name} ist aktiv.`,
      declined: (name) => sentence`Die Anfrage von ${name} ist abgelehnt.`,
      withdrawn: (name) => sentence`Die Einladung von ${name} ist zurückgezogen.`,
      invited: (n) => sentence`${people(n)} eingeladen.`,
    },

    invite: {
      title: "Personen einladen",
      addresses: "E-Mail-Adressen",
      addressesHelp:
        "Getrennt durch Kommas, Leerzeichen oder Zeilen; 100 auf einmal. Jede belegt einen Platz.",
      free: (n) => sentence`${seats(n)} frei.`,
      search: "Im Verzeichnis suchen",
      searchHelp: "Wählen Sie eine Person, um ihre Adresse hinzuzufügen.",
      searching: "Suche…",
      nobody: "Niemand gefunden.",
      found: "Gefundene Personen",
      add: (name) => sentence`${name} hinzufügen`,
      noConsent:
        "Um im Verzeichnis zu suchen, muss Ihre Organisation zustimmen. Adressen einzutippen geht trotzdem.",
      unavailable: "Ihr Verzeichnis kann gerade nicht durchsucht werden. Adressen einzutippen geht trotzdem.",
      submit: (n) => (n > 1 ? sentence`${n} Personen einladen` : "Einladen"),
      working: "Wird eingeladen…",
      enter: "Geben Sie mindestens eine Adresse ein.",
      notAnAddress: "ist keine E-Mail-Adresse",
      alreadyThere: "gehört schon jemandem",
      tooMany: (n) => sentence`Das sind ${n} Adressen. Laden Sie höchstens 100 auf einmal ein.`,
      noSeats: (wanted, free) =>
        sentence`Das braucht ${seats(wanted)}, und ${free === 0 ? "keiner ist" : sentence`${free} ${free === 1 ? "ist" : "sind"}`} frei.`,
      faults: "Niemand wurde eingeladen. Sehen Sie sich diese an:",
      leaveOut: "Diese weglassen",
      sendTitle: "Sagen Sie es ihnen",
      sendLead: (n) =>
        sentence`TimeTracker selbst sendet keine E-Mails. Senden Sie ${n === 1 ? "dieser Person" : "diesen Personen"} den Text unten; die Einladung gilt, bis sie zurückgezogen wird.`,
      text: "Text zum Senden",
      mail: "Im E-Mail-Programm öffnen",
      tooLong: "Die Liste ist zu lang für Ihr E-Mail-Programm: Kopieren Sie die Adressen von hier.",
      subject: "TimeTracker für Ihre Arbeit in Azure DevOps",
      body: (sender, tenant, link) =>
        sentence`Hallo,

${tenant} erfasst Arbeitszeit mit TimeTracker, direkt in Azure DevOps. Ich habe Sie eingeladen.

Öffnen Sie ein Work Item auf ${link}, und drücken Sie in der Gruppe TimeTracker auf Start. Sie melden sich mit Ihrem Geschäftskonto an; ein Kennwort müssen Sie nicht vergeben.

${sender}`,
      done: "Fertig",
    },

    tenant: {
      title: "Einstellungen",
      readOnly: "Nur Super-Admins können diese ändern.",
      save: "Änderungen speichern",
      saving: "Wird gespeichert…",
      discard: "Änderungen verwerfen",
      dirty: "Es gibt nicht gespeicherte Änderungen.",
      unsavedTab: "Einstellungen, mit nicht gespeicherten Änderungen",
      saved: "Einstellungen gespeichert.",
      undone: "Die Einstellungen sind wie vorher.",
      stale:
        "Jemand anderes hat die Einstellungen inzwischen geändert. Was Sie geändert haben, steht noch unten, das Übrige ist auf dem jetzigen Stand; sehen Sie nach, und speichern Sie noch einmal.",
      required: "Füllen Sie dies aus.",
      unset: "Nicht gesetzt",
      currencyOfPlan: "Die Ihres Plans, in der Microsoft abrechnet.",
      labels: {
        name: "Name der Organisation",
        azure_devops_organization: "Azure-DevOps-Organisation",
        admin_email: "E-Mail-Adresse der Administration",
        billing_name: "Rechnungsempfänger",
        billing_address: "Rechnungsadresse",
        time_zone: "Zeitzone",
        currency: "Währung",
        on_start_while_running: "Start, während Zeit läuft",
        auto_stop_after_ms: "Vergessene Zeiten stoppen nach",
        edit_window_days: "Tage freier Bearbeitung",
        allow_overlap: "Überlappende Einträge",
        join_policy: "Wer mitmachen kann",
        write_back: "Completed Work",
        write_back_step: "Schritt von Completed Work",
        write_back_remaining: "Remaining Work",
        week_start: "Wochenbeginn",
        lock_after_days: "Zeit abschließen nach",
      },
      help: {
        name: "Wird Ihren Leuten und auf Berichten gezeigt.",
        azure_devops_organization:
          "Ändern Sie sie, nachdem die Organisation in Azure DevOps umbenannt wurde. Ihre Zeit bleibt, und der alte Name gilt weiter.",
        admin_email: "Wohin Nachrichten zum Plan gehen und an wen sich wendet, wer mitmachen möchte.",
        billing_name: "Auf wen Abrechnungen lauten; leer: der Name der Organisation.",
        billing_address: "Auf Abrechnungen, in Zeilen; darf leer sein.",
        time_zone: "In ihr beginnen Tage, Wochen und Monate für alle, die keine eigene Zeitzone haben.",
        currency: "In ihr werden Beträge gezeigt: drei Buchstaben, etwa EUR.",
        on_start_while_running:
          "Was mit der laufenden Zeit geschieht, wenn dieselbe Person eine andere startet.",
        auto_stop_after_ms:
          "Stunden, von 0,25 bis 24. Der Eintrag wartet dann, bis die Person ihn bestätigt oder berichtigt. Eine kürzere Grenze gilt sofort, auch für laufende Zeiten.",
        edit_window_days: "Von 0 bis 366. Wer einen älteren Eintrag ändert, braucht einen Grund.",
        allow_overlap: "Ob zwei Einträge einer Person dieselbe Zeit abdecken dürfen.",
        join_policy: "Wie Personen aus Ihrem Verzeichnis zu TimeTracker kommen.",
        write_back:
          "Ob Completed Work in Azure DevOps der erfassten Zeit folgt: Was gestoppt ist, wird addiert und berichtigt, wenn ein Eintrag geändert, verschoben oder storniert wird. Geschrieben wird mit den Rechten der erfassenden Person, und was andere eintragen, bleibt. Frühere Einträge bleiben weg; ausgeschaltet wird nichts geschrieben.",
        write_back_step:
          "Die erfasste Zeit eines Work Items wird darauf gerundet. Was das Runden übrig lässt, zählt beim nächsten Eintrag, daher weicht die Summe nie um mehr als einen halben Schritt ab.",
        write_back_remaining:
          "Was mit Remaining Work eines Work Items geschieht, wenn Zeit addiert wird. Es wird nie kleiner als null, und ein Work Item ohne bekommt keines.",
        week_start: "Damit beginnen die Wochen aller, die nichts anderes gewählt haben.",
        lock_after_days:
          "Tage, von 7 bis 366; leer: nie. Ältere Zeit kann danach niemand mehr hinzufügen oder ändern.",
      },
      weeks: { monday: "Montag", sunday: "Sonntag", saturday: "Samstag" },
      starts: { switch: "Stoppen und die neue starten", reject: "Die neue ablehnen" },
      overlaps: { no: "Ablehnen", yes: "Erlauben" },
      writesBack: { no: "Unverändert lassen", yes: "Erfasste Zeit addieren" },
      steps: {
        1: "0,01 h (36 Sekunden)",
        5: "0,05 h (3 Minuten)",
        10: "0,1 h (6 Minuten)",
        25: "0,25 h (15 Minuten)",
        50: "0,5 h (30 Minuten)",
        100: "1 h",
      },
      remaining: { no: "Unverändert lassen", yes: "Um das Addierte verringern" },
      joins: {
        directory: "Alle im Verzeichnis, durch Anmelden",
        request: "Wer darum bittet und genehmigt wird",
        invite_only: "Nur wer eingeladen wurde",
      },
      bad: {
        azure_devops_organization: "Buchstaben, Ziffern und Bindestriche, höchstens 50 Zeichen.",
        admin_email: "Geben Sie eine E-Mail-Adresse ein.",
        time_zone: "Wählen Sie eine Zeitzone aus der Liste.",
        currency: "Geben Sie die drei Buchstaben einer Währung nach ISO 4217 ein, etwa EUR.",
        auto_stop_after_ms: "Geben Sie Stunden von 0,25 bis 24 ein.",
        edit_window_days: "Geben Sie eine ganze Zahl von 0 bis 366 ein.",
        lock_after_days: "Geben Sie eine ganze Zahl von 7 bis 366 ein, oder nichts.",
      },
      hours: (hours) => counted(Number(hours), "Stunde", "Stunden"),
      stopsTitle: (n, more) =>
        sentence`${more ? sentence`Mehr als ${n}` : n} laufende ${n === 1 && !more ? "Zeit" : "Zeiten"} stoppen?`,
      stopsDetail: (n, hours) =>
        n === 1
          ? sentence`Sie läuft länger als ${hours}. Sie stoppt bei dieser Länge, und die Person bestätigt oder berichtigt die Zeit.`
          : sentence`Sie laufen länger als ${hours}. Sie stoppen bei dieser Länge, und die Personen bestätigen oder berichtigen die Zeit.`,
      stopsSubmit: "Speichern und stoppen",
      days: (n) => days(Number(n)),
    },

    bills: {
      onlySuperAdmins: "Nur Super-Admins sehen, was TimeTracker kostet.",
      shouldSee: "Sollten Sie Super-Admin sein?",
      download: "CSV herunterladen",
      subscription: "Abonnement",
      plan: "Plan",
      price: "Preis",
      status: "Status",
      room: "Personen",
      taken: (n) => sentence`${n} aktiv oder eingeladen`,
      term: "Laufzeit",
      renewal: "Danach",
      renews: "Verlängert sich von selbst",
      ends: "Endet",
      atPurchase: "Beim Kauf",
      usersAtPurchase: people,
      statuses: {
        pending: "Noch nicht aktiv",
        subscribed: "Aktiv",
        suspended: "Ausgesetzt, eine Zahlung fehlt",
        cancelled: "Gekündigt",
      },
      manage: (seated) =>
        sentence`Verwaltet wird es im Azure Marketplace: Dort ändern Sie ${seated ? "Plan und Plätze" : "den Plan"} oder kündigen das Abonnement.`,
      readOnly: (seated) =>
        sentence`Es wurde über einen Partner gekauft, der ${seated ? "Plan und Plätze" : "den Plan"} ändert und das Abonnement kündigen kann.`,
      none: {
        trial:
          "Ihre Organisation nutzt die kostenlose Testphase; es gibt kein Abonnement. Um danach weiterzumachen, suchen Sie TimeTracker im Azure Marketplace, kaufen Sie einen Plan, und wählen Sie „Konto jetzt konfigurieren“: Alles Erfasste bleibt.",
        internal: "Ihre Organisation nutzt TimeTracker ohne Grenzen und zahlt nie. Es gibt kein Abonnement.",
        paid: "Ihre Organisation hat einen bezahlten Plan ohne Abonnement im Azure Marketplace.",
      },
      soFar: (month) => sentence`${month} bisher`,
      notBilled: "Für diesen Monat wird nichts abgerechnet.",
      soFarHelp:
        "Jetzt gezählt: wer in diesem Monat, nach UTC, Zeit hat. Die Abrechnung entsteht bald nach dem Ende des Monats.",
      charged: "Von Microsoft berechnet",
      notKnown: "Nicht bekannt",
      unknownHelp:
        "Microsoft hat TimeTracker nicht gesagt, was es berechnet; das steht in Microsofts eigenem Dokument.",
      seatsTimesRate: (n, rate) => sentence`${seats(n)} zu ${rate} im Monat`,
      noInvoice:
        "Eine Abrechnung zeigt, was Microsoft nach dem Plan berechnet, mit den gezählten Personen als Beleg. Die Rechnung für die Steuer ist Microsofts Dokument.",
      people: "Personen",
      billed: "Menge",
      rate: "Satz",
      base: "Grundpreis",
      total: "Berechnet",
      included: (n) => sentence`${counted(n, "aktive Person", "aktive Personen")} inbegriffen`,
      highest: (value) => sentence`Höchster Wert: ${value}`,
      months: "Monate",
      seatsHelp:
        "Microsoft berechnet die gekauften Plätze, gleich wer arbeitet; die gezählten Personen zeigen deren Nutzung.",
      monthPlan: (plan, n, freeTrial) =>
        [plan, n && seats(n), freeTrial && "kostenlose Testphase"].filter(Boolean).join(", "),
      monthSeats: (n) =>
        sentence`Microsoft berechnet die ${counted(n, "gekauften Platz", "gekauften Plätze")}, gleich wer arbeitet; die gezählten Personen zeigen deren Nutzung.`,
      monthFree: "In der kostenlosen Testphase des Azure Marketplace wird nichts berechnet.",
      monthsCaption: "Abgerechnete Monate, der neueste zuerst",
      noMonths: "In diesem Jahr ist noch kein Monat abgerechnet. Ein Monat erscheint bald nach seinem Ende.",
      windows: "Zwölf Monate",
      earlier: "Frühere Monate",
      later: "Spätere Monate",
      month: "Monat",
      statement: "Abrechnung",
      adjustment: (day) => sentence`Korrektur vom ${day}`,
      inAll: (month) => sentence`${month} insgesamt`,
      pdf: "PDF",
      json: "JSON",
      about: (text, what) => sentence`${text}: ${what}`,
      counted: "Gezählte Personen",
      countedActive: (n) => sentence`${counted(n, "Person war", "Personen waren")} aktiv:`,
      countedAfterAll: (n) => sentence`${counted(n, "Person war", "Personen waren")} doch aktiv:`,
      countedNot: (n) => sentence`${counted(n, "Person war", "Personen waren")} doch nicht aktiv:`,
      nobody: "Niemand war aktiv.",
      noDifference: "Dieselben Personen waren aktiv.",
      chart: (title, values) => sentence`${title}. ${values}.`,
      events: "Was mit dem Abonnement geschah",
      eventsCaption: "Ereignisse des Abonnements, das neueste zuerst",
      noEvents: "Noch ist nichts geschehen.",
      when: "Wann",
      what: "Was",
      seats: "Plätze",
      kinds: {
        Subscribe: "Gekauft",
        Activate: "Aktiviert",
        Bind: "Ihrer Organisation gegeben",
        ChangePlan: "Plan geändert",
        ChangeQuantity: "Plätze geändert",
        Renew: "Verlängert",
        Suspend: "Ausgesetzt",
        Reinstate: "Wieder aufgenommen",
        Unsubscribe: "Gekündigt",
        Reconcile: "Mit Microsoft abgeglichen",
      },
    },

    timers: {
      lead: "Zeiten, die jetzt laufen, die längste zuerst.",
      caption: "Laufende Zeiten, die längste zuerst",
      who: "Wer",
      item: "Work Item",
      since: "Seit",
      elapsed: "Vergangen",
      actions: "Aktionen",
      stop: "Stopp",
      stopped: (name) =>
        sentence`Die Zeit von ${name} ist gestoppt. Der Eintrag wartet auf die Prüfung durch die Person.`,
      resumed: (name) => sentence`Die Zeit von ${name} läuft weiter.`,
      alreadyStopped: (name) => sentence`Die Zeit von ${name} war schon gestoppt.`,
      empty: "Bei niemandem läuft die Zeit.",
      refresh: "Aktualisieren",
    },

    log: {
      which: "Welches Protokoll",
      kinds: { timers: "Zeiten", actions: "Aktionen", audit: "Administration" },
      leads: {
        timers: "Was mit Zeiten und Einträgen geschah.",
        actions: "Was Menschen in TimeTracker geöffnet und getan haben: Art und Seite, sonst nichts.",
        audit: "Jede Änderung der Administration: wer, was, und von was zu was.",
      },
      from: "Von",
      to: "Bis",
      badRange: "Der erste Tag liegt nach dem letzten.",
      person: "Person",
      personHelp: "Tippen Sie einen Teil des Namens, und wählen Sie.",
      type: "Art",
      when: "Wann",
      who: "Wer",
      what: "Was",
      about: "Worum",
      empty: "Für diese Filter steht nichts im Protokoll.",
      download: "CSV herunterladen",
      operator: (name) => sentence`${name} (Betrieb)`,
      marketplace: "Azure Marketplace",
      directory: "Microsoft Entra ID",
      change: (field, from, to) => sentence`${field}: ${from} → ${to}`,
      fact: (field, value) => sentence`${field}: ${value}`,
      nothing: "nichts",
      fields: {
        name: "Name",
        auto_stop_after: "Vergessene Zeiten stoppen nach",
        plan: "Plan",
        status: "Status",
        paid_seats: "Plätze",
        rate: "Preis",
        trial_ends_at: "Ende der Testphase",
        role: "Rolle",
        email: "E-Mail",
        external: "Gast",
        invitation: "Einladung",
        merged_into: "Zählt als",
        event: "Was geschah",
        refused: "Abgelehnt",
        completed_work: "Completed Work",
        default_activity: "Übliche Tätigkeit",
        billable: "Abrechenbar",
        general_allowed: "Zeit ohne Work Item",
        activity: "Tätigkeit",
        note: "Notiz",
        operation: "Wie",
        reason: "Grund",
        started_at: "Beginn",
        stopped_at: "Ende",
        needs_review: "Prüfung",
        voided_at: "Storniert",
        work_item: "Work Item",
        project: "Projekt",
        source: "Herkunft",
      },
      operations: {
        add: "Nachgetragen",
        change: "Geändert",
        resume: "Fortgesetzt",
        undo: "Rückgängig gemacht",
        split: "Geteilt",
        merge: "Zusammengelegt",
        copy: "Dupliziert",
        bulk: "Mit anderen geändert",
        import: "Importiert",
      },
      plans: { trial: "Kostenlose Testphase", internal: "Intern, ohne Grenzen", paid: "Bezahlt" },
      tenantStatuses: {
        active: "Aktiv",
        trial_expired: "Testphase zu Ende",
        suspended: "Ausgesetzt, eine Zahlung fehlt",
        cancelled: "Gekündigt",
      },
      refusals: {
        plan_unknown: "TimeTracker kennt den Plan nicht",
        seats_in_use: "Es gäbe weniger Plätze als Personen",
      },
      seats: (n) => (n === 0 ? "ohne Grenze" : seats(n)),
      rate: (amount) => sentence`${amount} je Person und Monat`,
      actions: {
        billing_opened: "Abrechnung geöffnet",
        completed_work_opened: "Completed Work geöffnet",
        csv_downloaded: "CSV-Datei heruntergeladen",
        logs_opened: "Protokolle geöffnet",
        people_opened: "Personen geöffnet",
        report_opened: "Bericht geöffnet",
        running_timers_opened: "Laufende Zeiten geöffnet",
        settings_saved: "Einstellungen gespeichert",
        statement_downloaded: "Abrechnung heruntergeladen",
        timer_discarded: "Laufende Zeit verworfen",
        timer_started: "Zeit gestartet",
        timer_stopped: "Zeit gestoppt",
      },
      pages: {
        admin: "Administration",
        group: "Work-Item-Formular",
        hub: "Zeit",
        my_week: "Widget der Woche",
        page: "Seite eines Work Items",
        start_timer: "Menü eines Work Items",
        team_month: "Widget des Teams",
      },
      events: {
        started: "Gestartet",
        stopped: "Gestoppt",
        switched: "Gewechselt",
        auto_stopped: "Von selbst gestoppt",
        undone: "Änderung rückgängig gemacht",
        resumed: "Stopp rückgängig gemacht",
        added: "Von Hand nachgetragen",
        discarded: "Verworfen",
        voided: "Storniert",
        corrected: "Berichtigt",
        confirmed: "Bestätigt",
        split: "Geteilt",
        merged: "Zusammengelegt",
      },
      changes: {
        tenant_created: "Registriert",
        tenant_changed: "Einstellungen geändert",
        user_joined: "Dazugekommen",
        user_invited: "Eingeladen",
        invitation_renewed: "Erneut eingeladen",
        invitation_withdrawn: "Einladung zurückgezogen",
        invitation_accepted: "Einladung angenommen",
        join_requested: "Um Zugang gebeten",
        join_approved: "Anfrage genehmigt",
        join_declined: "Anfrage abgelehnt",
        role_changed: "Rolle geändert",
        profile_changed: "Name oder Adresse geändert",
        time_zone_changed: "Eigene Zeitzone geändert",
        user_deactivated: "Deaktiviert",
        user_reactivated: "Reaktiviert",
        timer_stopped: "Zeit gestoppt",
        timer_resumed: "Stopp einer Zeit rückgängig gemacht",
        time_entry_changed: "Zeit einer anderen Person geändert",
        plan_changed: "Plan geändert",
        subscription_changed: "Abonnement geändert",
        project_renamed: "Projekt umbenannt",
        project_merged: "Projekt zusammengeführt",
        project_unmerged: "Zusammenführung rückgängig gemacht",
        project_changed: "Regeln eines Projekts geändert",
        activity_added: "Tätigkeit hinzugefügt",
        activity_changed: "Tätigkeit geändert",
        activity_archived: "Tätigkeit archiviert",
        activity_restored: "Tätigkeit zurückgeholt",
        week_start_changed: "Eigener Wochenbeginn geändert",
        completed_work_corrected: "Completed Work richtiggestellt",
      },
    },
  },

  landing: {
    title: "Ihr TimeTracker-Abonnement",
    starting: "Wird gestartet…",
    signIn:
      "Melden Sie sich mit dem Geschäftskonto an, mit dem oder für das TimeTracker gekauft wurde. Dann sehen Sie, was gekauft wurde, und können es einrichten.",
    resolving: "Der Kauf wird nachgesehen…",
    otherAccount: "Mit einem anderen Konto anmelden",
    checkAgain: "Noch einmal prüfen",

    noToken: {
      title: "Öffnen Sie diese Seite vom Azure Marketplace aus",
      text: "Die Adresse allein sagt nicht, um welchen Kauf es geht. Zu Ihrem Schutz wird der Link nur behalten, solange die Seite offen ist; nach einem Neuladen muss er noch einmal geöffnet werden.",
      how: "Öffnen Sie im Azure-Portal Ihr SaaS-Abonnement, und wählen Sie „Konto jetzt konfigurieren“ oder „Konto verwalten“. Im Microsoft 365 Admin Center steht es unter Abrechnung, Ihre Produkte.",
    },

    problems: {
      not_the_buyer: {
        title: "Dieses Konto kann den Kauf nicht sehen",
        text: "Das angemeldete Konto gehört weder zu der Organisation, die gekauft hat, noch zu der, für die gekauft wurde, oder ist dort nur Gast. Melden Sie sich mit dem Geschäftskonto an, das gekauft hat, oder mit einem der Organisation, für die gekauft wurde.",
      },
      bound_elsewhere: {
        title: "Dieses Abonnement gehört einer anderen Organisation",
        text: "Es wurde schon für eine andere Organisation eingerichtet und bleibt dort. Melden Sie sich mit einem Konto jener Organisation an, um zu sehen, wie es steht.",
      },
      marketplace_token_invalid: {
        title: "Der Link ist abgelaufen oder beschädigt",
        text: "Ein Link aus dem Azure Marketplace gilt 24 Stunden. Öffnen Sie ihn dort noch einmal: „Konto jetzt konfigurieren“ oder „Konto verwalten“ Ihres Abonnements.",
      },
    },
    failed: "Der Kauf konnte nicht nachgesehen werden",
    failedHelp:
      "Lassen Sie diese Seite offen, um es erneut zu versuchen, oder öffnen Sie später noch einmal den Link aus dem Azure Marketplace.",

    bought: {
      title: "Was gekauft wurde",
      plan: "Plan",
      unknownPlan: (id) => sentence`${id}, den TimeTracker nicht kennt`,
      price: "Preis",
      room: "Personen",
      term: "Laufzeit",
      renewal: "Danach",
      renews: "Verlängert sich von selbst",
      ends: "Endet",
      freeTrial: "Beginnt mit einer kostenlosen Testphase",
      name: "Name",
      purchaser: "Gekauft von",
      beneficiary: "Für",
      collected: "Microsoft rechnet ab und zieht den Preis ein. TimeTracker sieht nie, wie Sie zahlen.",
    },

    forAnother: {
      notice: (beneficiary, free) => {
        const whose = sentence`Das wurde für eine andere Organisation als Ihre gekauft${beneficiary ? sentence`: für ${beneficiary}` : ""}.`;
        const turn = "lassen Sie jemanden von dort den Link im Azure Marketplace öffnen";
        return free
          ? sentence`${whose} Wenn Sie fortfahren, bekommt es Ihre eigene Organisation, und die andere kann es nicht mehr nehmen. Um es für die andere einzurichten, ${turn}.`
          : sentence`${whose} Um es dort einzurichten, ${turn}.`;
      },
      title: "Die Organisation, für die gekauft wurde, richtet es ein",
      text: "Ihre eigene Organisation kann diesen Kauf nicht nehmen und braucht es auch nicht: Nichts muss geändert oder gekündigt werden.",
    },

    signUp: {
      heading: (plan) => sentence`Sie haben den Plan ${plan} gekauft`,
      title: "Ihre Organisation einrichten",
      lead: "Ihre Organisation nutzt TimeTracker noch nicht. Sie übernehmen die Administration.",
      submit: "Einrichten und aktivieren",
      notMine:
        "Nicht Ihre Aufgabe? Lassen Sie die Person den Link öffnen, die sich um Ihre Werkzeuge kümmert.",
    },

    upgrade: {
      heading: (organization, plan, trial) =>
        sentence`${organization} wechselt${trial ? " von der Testphase" : ""} zum Plan ${plan}`,
      pending: "Alles Erfasste bleibt. Microsoft beginnt abzurechnen, wenn es das Abonnement aktiviert hat.",
      active: "Alles Erfasste bleibt. Microsoft hat das Abonnement schon aktiviert.",
      submit: (plan) => sentence`Plan ${plan} starten`,
      working: "Einen Moment…",
    },

    queued: {
      heading: (plan) => sentence`Der Plan ${plan} ist noch nicht aktiv`,
      text: "Microsoft ist noch nicht erreicht. Nichts ist aktiv, und nichts wird berechnet. Weitere Versuche folgen von selbst; Sie können diese Seite schließen.",
    },
    activating: {
      heading: (plan) => sentence`Microsoft aktiviert den Plan ${plan}`,
      text: "Microsoft aktiviert ihn gerade. Das dauert meist ein paar Minuten. Sie können diese Seite schließen; bevor er aktiv ist, wird nichts berechnet.",
    },
    waiting: {
      watching: "Diese Seite zeigt, wenn es so weit ist.",
      unreachable: "TimeTracker wird gerade nicht erreicht. Diese Seite fragt weiter.",
      silent: "Der Marketplace von Microsoft antwortet gerade nicht. Diese Seite fragt weiter.",
      ended:
        "Diese Seite kann nicht mehr fragen. Öffnen Sie sie noch einmal vom Azure Marketplace aus, um zu sehen, wie weit es ist.",
    },

    subscribed: {
      heading: (plan) => sentence`Der Plan ${plan} ist aktiv`,
      since: (start) =>
        start
          ? sentence`Die bezahlte Laufzeit begann am ${formatUtcDay(start)}.`
          : "Microsoft hat das Abonnement aktiviert.",
      manage: (seated) =>
        sentence`${seated ? "Plan und Plätze werden" : "Der Plan wird"} im Azure Marketplace geändert, und dort wird das Abonnement gekündigt. Monate und Abrechnungen stehen in Azure DevOps: Organisationseinstellungen, TimeTracker, Abrechnung.`,
    },
    suspended: {
      heading: (plan) => sentence`Der Plan ${plan} ist ausgesetzt`,
      text: "Microsoft fehlt eine Zahlung. Alles Erfasste bleibt und kann gelesen und exportiert werden, und laufende Zeiten können gestoppt werden; mehr wird nicht erfasst.",
      help: "Regeln Sie die Zahlung im Azure-Portal. Dann geht alles weiter wie zuvor. Ein Abonnement, das 30 Tage ausgesetzt bleibt, kündigt Microsoft.",
    },
    cancelled: {
      heading: (plan) => sentence`Der Plan ${plan} ist gekündigt`,
      text: "Für dieses Abonnement ist das endgültig. Alles Erfasste und die Abrechnungen können in Azure DevOps noch gelesen und exportiert werden.",
      help: "Wenn Ihre Organisation inzwischen keinen anderen Plan hat, wird nichts mehr erfasst. Um weiterzumachen, kaufen Sie noch einmal einen Plan im Azure Marketplace: Ihre Organisation und ihre ganze Zeit sind dann da wie zuvor.",
    },
    neverInForce: {
      heading: (plan) => sentence`Der Plan ${plan} hat nicht begonnen`,
      text: "Microsoft konnte ihn nicht aktivieren, oder er wurde gekündigt, bevor er eingerichtet war. Was nicht aktiviert ist, wird nicht berechnet.",
      help: (organization) =>
        organization
          ? sentence`Für ${organization} hat sich nichts geändert. Um zu diesem Plan zu wechseln, kaufen Sie ihn noch einmal im Azure Marketplace.`
          : "Ihre Organisation nutzt TimeTracker noch nicht. Kaufen Sie noch einmal einen Plan im Azure Marketplace, oder starten Sie die kostenlose Testphase in Azure DevOps.",
    },
    unknown: {
      heading: (plan) => sentence`Der Stand des Plans ${plan} ist nicht bekannt`,
      text: "Microsoft nennt einen Stand, den TimeTracker nicht kennt. Nichts wurde geändert. Versuchen Sie es später noch einmal.",
    },

    obstacles: {
      offer_foreign: {
        title: "Dieser Kauf gehört zu einem anderen Produkt",
        text: "TimeTracker hat nichts geändert. Öffnen Sie den Kauf im Azure Marketplace, und richten Sie ihn auf der Seite jenes Produkts ein.",
      },
      plan_unknown: {
        title: "TimeTracker kennt diesen Plan nicht",
        text: "Nichts wurde aktiviert, und nichts wird über TimeTracker berechnet. Schreiben Sie an die Supportadresse auf der Seite des Angebots im Azure Marketplace, oder kündigen Sie den Kauf dort.",
      },
      subscription_suspended: {
        title: "Für diesen Kauf fehlt eine Zahlung",
        text: "Kümmern Sie sich im Azure-Portal um die Zahlung, und prüfen Sie noch einmal. Einen Kauf, der 30 Tage ausgesetzt bleibt, kündigt Microsoft. Hier wurde nichts geändert.",
      },
      activation_refused: {
        title: "Microsoft hat die Aktivierung abgelehnt",
        text: "Nichts ist aktiv, und alles Erfasste bleibt. Wenn beim Kauf im Azure Marketplace etwas fehlt, ergänzen Sie es dort, und prüfen Sie noch einmal. Wenn sich nichts ändert, kündigen Sie ihn dort, und kaufen Sie den Plan noch einmal.",
      },
      role_required: {
        title: "Das muss jemand anderes einrichten",
        text: "Senden Sie der Person den Link im Azure Marketplace, oder melden Sie sich mit dem Konto an, das gekauft hat.",
      },
      subscription_exists: {
        title: "Ihre Organisation hat schon ein Abonnement",
        text: "Ändern Sie dessen Plan oder Plätze im Azure Marketplace, und kündigen Sie dieses; oder kündigen Sie zuerst jenes, und öffnen Sie dann diese Seite noch einmal.",
      },
      tenant_internal: {
        title: "Ihre Organisation braucht keinen Plan",
        text: "Sie nutzt TimeTracker ohne Grenzen und zahlt nie. Kündigen Sie diesen Kauf im Azure Marketplace.",
      },
      seats_in_use: {
        title: "Mehr Personen nutzen TimeTracker, als Plätze gekauft wurden",
        text: "Ändern Sie die Plätze des Kaufs im Azure Marketplace, oder deaktivieren Sie Personen in Azure DevOps unter Organisationseinstellungen, TimeTracker, Personen.",
      },
    },
    obstacle: "Dieses Abonnement kann noch nicht eingerichtet werden",

    next: "Wie es weitergeht",
  },

  calendar: {
    name: (first, last) =>
      sentence`Kalender, ${formatDate(first, "medium")} bis ${formatDate(last, "medium")}`,
    before: (hour) => sentence`vor ${hour}`,
    after: (hour) => sentence`nach ${hour}`,
    from: (time) => sentence`ab ${time}`,
    until: (time) => sentence`bis ${time}`,
    more: (n) => sentence`+${n}`,
    now: (time) => sentence`Jetzt, ${time}`,
    day: "Tag",
    underReview: "in Prüfung",
    running: "läuft",
    locked: "abgeschlossen",
    free: (from, to) => sentence`Nichts erfasst, ${from} bis ${to}`,
    gap: (length) => sentence`${length} nichts erfasst`,
    range: (from, to, ms) => sentence`${from} bis ${to}, ${formatLength(ms)}`,
    general: "Kein Work Item",
    overlaps: (item, range) => sentence`Dies überschneidet sich mit ${item}, ${range}.`,
    future: "Im Voraus lässt sich keine Zeit erfassen.",
    runningStays: "Eine laufende Zeit lässt sich nicht verschieben, nur ihr Beginn.",
    closed: "Diese Zeit ist abgeschlossen und lässt sich nicht mehr ändern.",
  },

  entry: {
    title: "Eintrag",
    newTitle: "Neuer Eintrag",
    close: "Schließen",
    day: "Tag",
    start: "Beginn",
    end: "Ende",
    nextDay: (day) => sentence`Endet ${day}`,
    item: "Work Item",
    choose: "Nummer oder Wörter",
    add: "Hinzufügen",
    adding: "Wird hinzugefügt…",
    move: "Verschieben",
    moveTo: "Auf ein anderes Work Item verschieben",
    void: "Stornieren",
    keep: "Behalten",
    history: "Verlauf",
    noItem: "Kein Work Item",
    nothingFound: "Nichts gefunden.",
    failedTitle: (item) => sentence`${item} wurde nicht geändert.`,
    added: (item, range) => sentence`${item} hinzugefügt, ${range}.`,
    corrected: (item, range) => sentence`${item} ist jetzt ${range}.`,
    movedTo: (item, to) => sentence`${item} ist jetzt Zeit auf ${to}.`,
    voided: (item) => sentence`${item} ist storniert.`,
    kept: (item) => sentence`${item} zählt jetzt.`,
    takenBack: (item) => sentence`${item} ist, wie es war.`,
    conflict: {
      title: (item) => sentence`${item} wurde inzwischen anderswo geändert.`,
      mine: (what) => sentence`Ihre Fassung: ${what}`,
      theirs: (what) => sentence`Jetzt: ${what}`,
      gone: "storniert",
      keep: "Meine behalten",
      take: "Die andere nehmen",
    },
  },
};

export default german;
