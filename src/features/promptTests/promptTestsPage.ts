import type {PageContent} from "../../host/webviewPage";

export const promptTestsPage: PageContent = {name: "promptTests", body: `<main id="page"></main>`};
