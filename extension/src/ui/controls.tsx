/** The few controls that every page uses. */

import { type ComponentChildren, createContext, type JSX } from "preact";
import { useContext, useId } from "preact/hooks";
import type { Failure } from "./failure.ts";
import { formatDuration } from "./format.ts";
import { texts } from "./texts.ts";
import "./base.css";
import "./controls.css";

interface ButtonProps {
  children: ComponentChildren;
  onClick?: () => void;
  /** An icon's button has a label. */
  kind?: "primary" | "danger" | "quiet" | "icon-only";
  type?: "button" | "submit";
  disabled?: boolean;
  /** The full name, where the visible text alone is ambiguous. It begins with the visible text. */
  label?: string;
  expanded?: boolean;
}

/**
 * A disabled button does nothing, but stays in the tab order, so that the focus isn't lost while a request is under way.
 */
export function Button(props: ButtonProps) {
  const { children, onClick, kind, type = "button", disabled, label, expanded } = props;
  return (
    <button
      type={type}
      class={kind ? `button ${kind}` : "button"}
      aria-disabled={disabled}
      aria-label={label}
      aria-expanded={expanded}
      onClick={(event) => {
        if (disabled) event.preventDefault();
        else onClick?.();
      }}
    >
      {children}
    </button>
  );
}

interface DurationProps {
  /** The exact length. */
  ms: number;
  /** As what it is shown, where it is a part of a whole that is shown, too. */
  shown?: number | undefined;
  /** Whether to show seconds. */
  seconds?: boolean;
}

/** A duration in a table or a sum: h:mm to read, or with seconds, and exact on hover. */
export function Duration({ ms, shown = ms, seconds = false }: DurationProps) {
  return (
    <time class="duration" dateTime={`PT${Math.floor(ms / 1000)}S`} title={formatDuration(ms, "exact")}>
      {formatDuration(shown, seconds ? "clock" : "hours")}
    </time>
  );
}

interface NoticeProps {
  kind: "info" | "review" | "error";
  title?: string;
  children?: ComponentChildren;
  actions?: ComponentChildren;
}

/** Something that the person should know. An error is read out as soon as it appears. */
export function Notice({ kind, title, children, actions }: NoticeProps) {
  return (
    <div class={`notice ${kind}`} role={kind === "error" ? "alert" : undefined}>
      {title && <p class="notice-title">{title}</p>}
      {children && <p>{children}</p>}
      {actions && <div class="notice-actions">{actions}</div>}
    </div>
  );
}

/** Signs in with a window. The pages around the failures provide it. */
export const SignInContext = createContext<(() => void) | undefined>(undefined);

/** Leads to where closed time is corrected. The hub provides it, for admins. */
export const CorrectClosedContext = createContext<(() => void) | undefined>(undefined);

interface FailureNoticeProps {
  failure: Failure;
  onRetry?: (() => void) | undefined;
  onDismiss?: () => void;
  children?: ComponentChildren;
}

/** A failure in words, with buttons for what may help: to try again, or to sign in again. */
export function FailureNotice({ failure, onRetry, onDismiss, children }: FailureNoticeProps) {
  const signIn = useContext(SignInContext);
  const correctClosed = useContext(CorrectClosedContext);
  return (
    <Notice
      kind="error"
      actions={
        <>
          {children}
          {failure.signedOut && signIn && (
            // Browsers only allow a window straight from a click.
            <Button kind="primary" onClick={signIn}>
              {texts.signIn.button}
            </Button>
          )}
          {failure.code === "period_locked" && correctClosed && (
            <Button onClick={correctClosed}>{texts.correctClosed}</Button>
          )}
          {onRetry && failure.retryable && <Button onClick={onRetry}>{texts.tryAgain}</Button>}
          {onDismiss && (
            <Button kind="quiet" onClick={onDismiss}>
              {texts.dismiss}
            </Button>
          )}
        </>
      }
    >
      {failure.text}
      {failure.requestId && <span class="reference"> {texts.failure.reference(failure.requestId)}</span>}
    </Notice>
  );
}

/** Says that something is being loaded. The words say it where the spinner stands still. */
export function Loading({ text = texts.loading }: { text?: string }) {
  return (
    <p class="loading" role="status">
      <span class="spinner" aria-hidden="true" />
      {text}
    </p>
  );
}

interface SegmentsProps<T extends string> {
  legend: string;
  value: T;
  options: readonly { value: T; text: string }[];
  onChange: (value: T) => void;
}

/** A choice between a few values: radio buttons that look like one control. */
export function Segments<T extends string>({ legend, value, options, onChange }: SegmentsProps<T>) {
  const name = useId();
  return (
    <fieldset class="segments">
      <legend class="visually-hidden">{legend}</legend>
      {options.map((option) => (
        <label key={option.value} class="segment">
          <input
            type="radio"
            name={name}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          <span>{option.text}</span>
        </label>
      ))}
    </fieldset>
  );
}

interface FieldProps {
  label: string;
  help?: string;
  error?: string | undefined;
  /** Renders the input with the attributes that tie it to its label and its texts. */
  children: (attributes: {
    id: string;
    "aria-describedby": string | undefined;
    "aria-invalid": boolean;
  }) => JSX.Element;
}

export function Field({ label, help, error, children }: FieldProps) {
  const id = useId();
  const described = [help && `${id}-help`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, "aria-describedby": described || undefined, "aria-invalid": Boolean(error) })}
      {help && (
        <p class="help" id={`${id}-help`}>
          {help}
        </p>
      )}
      {error && (
        <p class="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

/** The longest text that the API searches by, in characters. */
const longestSearch = 100;

interface SearchFieldProps {
  label: string;
  help?: string;
  value: string;
  onChange: (value: string) => void;
}

/** A field that searches while one types. Enter sends no form that it stands in. */
export function SearchField({ label, help, value, onChange }: SearchFieldProps) {
  return (
    <Field label={label} {...(help && { help })}>
      {(attributes) => (
        <input
          {...attributes}
          type="search"
          maxLength={longestSearch}
          autocomplete="off"
          value={value}
          onInput={(event) => onChange(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter") event.preventDefault();
          }}
        />
      )}
    </Field>
  );
}
