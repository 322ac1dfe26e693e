import type {PageContent} from "../../host/webviewPage";

export const constraintPage: PageContent = {name: "constraints", body: `<main id="page"></main>`};
