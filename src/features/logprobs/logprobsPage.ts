import type {PageContent} from "../../host/webviewPage";

export const logprobsPage: PageContent = {
  name: "logprobs",
  bodyClass: "no-text",
  body: `<main id="scroller">
  <div id="top"></div>
  <div id="tokens" role="listbox" aria-orientation="horizontal"></div>
</main>
<aside id="details"></aside>
<div id="status" class="spoken-only" role="status" aria-live="polite"></div>`
};
