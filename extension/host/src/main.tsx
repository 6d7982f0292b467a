import { render } from "preact";
import { loadConfig } from "./api.ts";
import { App } from "./app.tsx";
import "./host.css";

const root = document.querySelector("#app");
if (!root) {
  throw new Error("index.html lacks #app");
}

loadConfig().then(
  (config) => render(<App config={config} />, root),
  () => render(<p class="notice">The sandbox does not answer. Is it still running?</p>, root),
);
