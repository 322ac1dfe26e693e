import type {PageContent} from "../../host/webviewPage";

export const comparePage: PageContent = {name: "compareTokenizers", body: `<main id="page"></main>`};
