import type {PageContent} from "../../host/webviewPage";

export const modelInfoPage: PageContent = {name: "modelInfo", body: `<main id="page"></main>`};
