import {vocabularyFiles} from "./vocabularyFiles";
import {Engine, spec} from "./engine";
describe("probe", () => {
  it("x", async () => {
    let t0 = Date.now();
    const files = vocabularyFiles();
    console.log(files.length, Date.now() - t0);
    const texts = files[2]!.cases.map((c) => c.text);
    const e = new Engine();
    for (const v of files) {
      t0 = Date.now();
      const model = spec(v.file);
      let bad = 0, nul: string[] = [];
      let d;
      try {
      for (const c of v.cases.length ? v.cases : texts.map((text) => ({text, ids: null}))) {
        const r = await e.ask("tokenize", {model, text: c.text});
        d = r.model;
        if (c.ids && JSON.stringify(c.ids) !== JSON.stringify([...r.ids])) bad++;
        if (r.ends === null) nul.push(c.text);
      }
      } catch (err) { console.log(v.name, String(err)); continue; }
      console.log(v.name, v.cases.length, "bad", bad, "null", nul.length, d?.capabilities, d?.architecture, Date.now() - t0, nul.length < 8 ? JSON.stringify(nul) : "");
    }
  });
});
