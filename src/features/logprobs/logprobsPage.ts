import type {PageContent} from "../../host/webviewPage";

export const logprobsPage: PageContent = {
  name: "logprobs",
  bodyClass: "no-text",
  body: `<header id="head">
  <div id="top"></div>
  <div id="legend"></div>
  <div id="bar"></div>
</header>
<main id="text">
  <div id="scroller"><div id="tokens" role="listbox" aria-orientation="horizontal"></div></div>
  <div id="overview"></div>
  <div id="sheet"></div>
  <div id="find"></div>
</main>
<div id="splitter"></div>
<aside id="dock">
  <div id="tabs"></div>
  <div id="token-panel"><section id="details"></section></div>
  <div id="charts"></div>
</aside>
<section id="state"></section>
<div id="status" class="spoken-only" role="status" aria-live="polite"></div>`
};
