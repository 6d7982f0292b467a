import { useRef, useState } from "preact/hooks";
import { ApiProblem, type SignUp } from "../api/client.ts";
import { Button, FailureNotice, Field } from "./controls.tsx";
import { explain, type Failure } from "./failure.ts";
import { texts } from "./texts.ts";
import { currencies, ownTimeZone, timeZones } from "./zone-names.ts";
import "./sign-up.css";

/** A slug that the name suggests: "Müller & Söhne GmbH" becomes "muller-sohne-gmbh". */
export function proposeSlug(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 40)
    .replace(/^-+|-+$/g, "");
}

type Faults = Partial<Record<keyof SignUp, string>>;

// The patterns of the API's contract.
const slugPattern = /^(?=.{2,40}$)[a-z0-9]+(-[a-z0-9]+)*$/;
const organizationPattern = /^(?=.{1,50}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/;
const emailPattern = /^[^@\s]+@[^@\s]+$/;

function faultsOf(values: Required<SignUp>): Faults {
  const faults: Faults = {};
  if (!values.name) faults.name = texts.signUp.required;
  if (!slugPattern.test(values.slug)) faults.slug = texts.signUp.badSlug;
  if (!organizationPattern.test(values.azure_devops_organization)) {
    faults.azure_devops_organization = texts.signUp.badOrganization;
  }
  if (!emailPattern.test(values.admin_email)) faults.admin_email = texts.signUp.badEmail;
  return faults;
}

/** The sentences that depend on what signing up is for. */
export interface SignUpWords {
  title: string;
  lead: string;
  submit: string;
  notMine: string;
}

interface SignUpFormProps<T> {
  signUp: (wanted: Required<SignUp>, idempotencyKey: string) => Promise<T>;
  words: SignUpWords;
  /** Where the form has a heading above it, its own is one level lower. */
  headingLevel?: "h1" | "h2";
  /** The Azure DevOps organization around the frame. */
  organization: string;
  /** The administrator's address, as far as it is known. */
  email: string;
  /** The currency of what was bought; undefined where the person chooses one. */
  currency?: string | undefined;
  /** A colleague was faster; the detail says who the administrator is. */
  onTaken: (detail: string) => void;
  onDone: (answer: T) => void;
}

/** Signs up the caller's organization, which nobody has done yet. */
export function SignUpForm<T>(props: SignUpFormProps<T>) {
  const {
    signUp,
    words,
    headingLevel: Heading = "h1",
    organization,
    email,
    currency,
    onTaken,
    onDone,
  } = props;
  const [values, setValues] = useState<Required<SignUp>>({
    name: "",
    slug: "",
    azure_devops_organization: organization,
    admin_email: email,
    time_zone: ownTimeZone,
    currency: currency ?? "USD",
  });
  const [slugEdited, setSlugEdited] = useState(false);
  const [faults, setFaults] = useState<Faults>({});
  const [failure, setFailure] = useState<Failure>();
  const [working, setWorking] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  // The key stays with the values: sending the same form again after a lost reply signs up once.
  const attempt = useRef({ sent: "", key: "" });

  function change(field: keyof SignUp, value: string) {
    const slug = field === "name" && !slugEdited ? { slug: proposeSlug(value) } : {};
    if (field === "slug") setSlugEdited(value !== "");
    setValues({ ...values, ...slug, [field]: value });
    setFaults({ ...faults, [field]: undefined });
  }

  async function submit() {
    if (working) return;
    const wanted = { ...values, name: values.name.trim(), admin_email: values.admin_email.trim() };
    const found = faultsOf(wanted);
    setFaults(found);
    setFailure(undefined);
    const [first] = Object.keys(found);
    if (first) {
      form.current?.querySelector<HTMLInputElement>(`[name="${first}"]`)?.focus();
      return;
    }
    const sent = JSON.stringify(wanted);
    if (attempt.current.sent !== sent) attempt.current = { sent, key: crypto.randomUUID() };
    setWorking(true);
    try {
      onDone(await signUp(wanted, attempt.current.key));
    } catch (error) {
      if (error instanceof ApiProblem && error.code === "directory_taken") {
        onTaken(error.detail);
        return;
      }
      setFailure(explain(error));
      if (error instanceof ApiProblem) {
        const refused = error.errors.map(({ pointer, detail }) => [
          pointer.replace(/^(\/sign_up)?\//, ""),
          detail,
        ]);
        setFaults(Object.fromEntries(refused));
      }
      setWorking(false);
    }
  }

  function input(field: keyof SignUp, attributes: object) {
    return (
      <input
        {...attributes}
        name={field}
        inputMode={field === "admin_email" ? "email" : "text"}
        value={values[field]}
        required
        autocomplete="off"
        onInput={(event) => change(field, event.currentTarget.value)}
      />
    );
  }

  return (
    <form
      ref={form}
      class="sign-up"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Heading>{words.title}</Heading>
      <p>{words.lead}</p>
      <Field label={texts.signUp.name} error={faults.name}>
        {(attributes) => input("name", attributes)}
      </Field>
      <Field label={texts.signUp.slug} help={texts.signUp.slugHelp} error={faults.slug}>
        {(attributes) => input("slug", attributes)}
      </Field>
      <Field
        label={texts.signUp.devops}
        help={texts.signUp.devopsHelp}
        error={faults.azure_devops_organization}
      >
        {(attributes) => input("azure_devops_organization", attributes)}
      </Field>
      <Field label={texts.signUp.email} help={texts.signUp.emailHelp} error={faults.admin_email}>
        {(attributes) => input("admin_email", attributes)}
      </Field>
      <Field label={texts.signUp.zone} help={texts.signUp.zoneHelp} error={faults.time_zone}>
        {(attributes) => (
          <select
            {...attributes}
            name="time_zone"
            value={values.time_zone}
            onChange={(event) => change("time_zone", event.currentTarget.value)}
          >
            {timeZones.map((zone) => (
              <option key={zone}>{zone}</option>
            ))}
          </select>
        )}
      </Field>
      {!currency && (
        <Field label={texts.signUp.currency} help={texts.signUp.currencyHelp} error={faults.currency}>
          {(attributes) => (
            <select
              {...attributes}
              name="currency"
              value={values.currency}
              onChange={(event) => change("currency", event.currentTarget.value)}
            >
              {currencies.map((currency) => (
                <option key={currency}>{currency}</option>
              ))}
            </select>
          )}
        </Field>
      )}
      {failure && <FailureNotice failure={failure} onRetry={() => void submit()} />}
      <div class="actions">
        <Button type="submit" kind="primary" disabled={working}>
          {working ? texts.signUp.working : words.submit}
        </Button>
      </div>
      <p class="help">{words.notMine}</p>
    </form>
  );
}
