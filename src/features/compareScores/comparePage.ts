import type {PageContent} from "../../host/webviewPage";

export const comparePage: PageContent = {
  name: "compareScores",
  body: `<header id="top"></header>
<div id="legend"></div>
<main id="scroller">
  <div id="pieces" role="listbox" aria-orientation="horizontal"></div>
</main>
<aside id="card"></aside>
<div id="status" class="spoken-only" role="status" aria-live="polite"></div>`
};
