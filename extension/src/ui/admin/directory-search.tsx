import { useState } from "preact/hooks";
import type { DirectoryPerson } from "../../api/client.ts";
import { SearchField } from "../controls.tsx";
import { useAsync, useDebounced } from "../hooks.ts";
import { useSession } from "../session.ts";
import { SignIn, useAuthState } from "../sign-in.tsx";
import { texts as commonTexts } from "../texts.ts";
import { adminTexts } from "./texts.ts";

const texts = adminTexts.invite;

const typingMs = 300;
const shortestSearch = 2;

/** Suggests people of the directory, or says why it can't. */
export function DirectorySearch({ onChoose }: { onChoose: (person: DirectoryPerson) => void }) {
  const { api, auth } = useSession();
  const authState = useAuthState(auth);
  const [search, setSearch] = useState("");
  const searched = useDebounced(search.trim(), typingMs);
  const found = useAsync(
    async () => ({
      searched,
      people: searched.length < shortestSearch ? [] : await api.searchDirectory(searched),
    }),
    [api, searched, authState.kind],
  );
  if (found.failure?.code === "consent_required") return <p class="help">{texts.noConsent}</p>;
  // The notice of the page is behind the dialog.
  if (authState.kind === "needs_click") {
    return <SignIn auth={auth} state={authState} first={commonTexts.signIn.again} />;
  }
  const people = found.data?.searched === searched && search ? found.data.people : [];
  return (
    <div>
      <SearchField label={texts.search} help={texts.searchHelp} value={search} onChange={setSearch} />
      <p class="help" role="status">
        {searched.length >= shortestSearch &&
          search &&
          (found.failure
            ? texts.unavailable
            : found.loading
              ? texts.searching
              : people.length === 0 && texts.nobody)}
      </p>
      {people.length > 0 && (
        <ul class="suggestions" aria-label={texts.found}>
          {people.map((person) => (
            <li key={person.email}>
              <button
                type="button"
                class="suggestion"
                onClick={() => {
                  onChoose(person);
                  setSearch("");
                }}
              >
                <span>{texts.add(person.name)}</span>
                <bdi class="secondary">{person.email}</bdi>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
