import type {PageContent} from "../../host/webviewPage";

export const tokenizerPage: PageContent = {name: "tokenizer", body: `<main id="page"></main>`};
