import type {PageContent} from "../../host/webviewPage";

export const branchesPage: PageContent = {
  name: "branches",
  body: `<main id="page"></main><div id="status" role="status" class="spoken-only"></div>`
};
