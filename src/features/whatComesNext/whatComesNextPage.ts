import type {PageContent} from "../../host/webviewPage";

export const whatComesNextPage: PageContent = {
  name: "whatComesNext",
  body: `<main id="page"></main><div id="status" class="spoken-only" role="status" aria-live="polite"></div>`
};
