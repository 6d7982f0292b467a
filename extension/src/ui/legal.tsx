/** The product's own page about terms and privacy, for a seller who has no other. */

import { render } from "preact";
import { useEffect } from "preact/hooks";
import { loadConfig } from "../auth/config.ts";
import { followTheme } from "../frame/theme.ts";
import { speak } from "../texts/catalogue.ts";
import { useAsync } from "./hooks.ts";
import { PrivacyNotice } from "./notice/notice.tsx";
import { texts } from "./texts.ts";
import "./base.css";
import "./layout.css";

export function mountLegal(): void {
  const root = document.getElementById("app");
  if (!root) throw new Error("the document has no element with the id app");
  followTheme();
  void speak().then(() => render(<Legal />, root));
}

export function Legal() {
  const seller = useAsync(async () => (await loadConfig()).seller, []).data;
  // The sections are not there yet when the browser looks for the one in the address.
  useEffect(() => {
    if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }, []);
  return (
    <div class="frame stack">
      <h1>{texts.legal.title}</h1>
      {seller && (
        <p>
          {texts.legal.seller} <bdi>{seller.name}</bdi>, <bdi>{seller.address.split("\n").join(", ")}</bdi>
        </p>
      )}
      <section aria-labelledby="terms">
        <h2 id="terms">{texts.legal.terms.title}</h2>
        <ul class="points">
          {texts.legal.terms.points.map((point) => (
            <li key={point}>{point}</li>
          ))}
        </ul>
      </section>
      <PrivacyNotice today={new Date().toISOString().slice(0, 10)} />
    </div>
  );
}
