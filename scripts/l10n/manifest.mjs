/** The texts of package.json that VS Code shows, and their keys in package.nls.json. */

/** Whether a text is a key in VS Code's sense. */
const keyPattern = /^%([\w.-]+)%$/;

/**
 * @typedef {object} Place A text in package.json: what holds it, under which name, and the key it gets.
 * @property {any} holder
 * @property {string | number} name
 * @property {string} key
 */

/**
 * @param {any} manifest package.json
 * @returns {Place[]} in the order of package.json; names ("Tokenscope") are no texts.
 */
export function textPlaces(manifest) {
  /** @type {Place[]} */
  const places = [];
  const own = (id) => String(id).replace(/^tokenscope[._]/, "");
  const add = (holder, names, key) => {
    for (const name of names) {
      const text = holder?.[name];
      if (typeof text === "string" && text !== "" && text !== manifest.displayName)
        places.push({holder, name, key: `${key}.${name}`});
    }
  };
  const addEach = (things, kind, id, names) => {
    for (const thing of things ?? []) add(thing, names, `${kind}.${own(thing[id])}`);
  };
  const {capabilities = {}, contributes = {}} = manifest;
  add(manifest, ["description"], "extension");
  for (const name of ["untrustedWorkspaces", "virtualWorkspaces"])
    add(capabilities[name], ["description"], `capability.${name}`);
  addEach(contributes.commands, "command", "command", ["title", "shortTitle"]);
  addEach(contributes.submenus, "submenu", "id", ["label"]);
  addEach(contributes.colors, "color", "id", ["description"]);
  for (const section of [contributes.configuration ?? []].flat()) {
    add(section, ["title"], "settings");
    for (const [id, setting] of Object.entries(section.properties ?? {})) {
      const key = `setting.${own(id)}`;
      add(
        setting,
        [
          "description",
          "markdownDescription",
          "deprecationMessage",
          "markdownDeprecationMessage",
          "patternErrorMessage"
        ],
        key
      );
      for (const list of ["enumItemLabels", "enumDescriptions", "markdownEnumDescriptions"])
        setting[list]?.forEach((_, index) => {
          const value = String(setting.enum?.[index] ?? index);
          places.push({holder: setting[list], name: index, key: `${key}.${list}.${slug(value)}`});
        });
    }
  }
  for (const containers of Object.values(contributes.viewsContainers ?? {}))
    addEach(containers, "viewContainer", "id", ["title"]);
  for (const views of Object.values(contributes.views ?? {})) addEach(views, "view", "id", ["name", "contextualTitle"]);
  for (const welcome of contributes.viewsWelcome ?? [])
    add(welcome, ["contents"], ["welcome", own(welcome.view), slug(shortWhen(welcome))].filter(Boolean).join("."));
  for (const walkthrough of contributes.walkthroughs ?? []) {
    const key = `walkthrough.${own(walkthrough.id)}`;
    add(walkthrough, ["title", "description"], key);
    for (const step of walkthrough.steps ?? []) {
      add(step, ["title", "description"], `${key}.${own(step.id)}`);
      add(step.media, ["altText"], `${key}.${own(step.id)}`);
    }
  }
  addEach(contributes.customEditors, "customEditor", "viewType", ["displayName"]);
  // Texts for a language model (modelDescription, the schema's descriptions) are not for people.
  addEach(contributes.languageModelTools, "tool", "name", ["displayName", "userDescription"]);
  const seen = new Set();
  for (const {key} of places) {
    if (seen.has(key)) throw new Error(`package.json has two texts of the key ${key}.`);
    seen.add(key);
  }
  return places;
}

/**
 * package.json's texts by key. Texts that are already keys come from package.nls.json.
 *
 * @param {any} manifest @param {Record<string, string>} nls
 * @returns {{texts: Record<string, string>, plain: string[]}} `plain`: the keys of texts that are still in
 * package.json.
 */
export function textsOf(manifest, nls) {
  /** @type {Record<string, string>} */
  const texts = {};
  const plain = [];
  for (const {holder, name, key} of textPlaces(manifest)) {
    const known = keyPattern.exec(holder[name])?.[1];
    if (known === undefined) plain.push(key);
    else if (nls[known] === undefined) throw new Error(`package.nls.json has no ${known}.`);
    texts[known ?? key] = known === undefined ? holder[name] : nls[known];
  }
  return {texts, plain};
}

/**
 * package.json with its texts replaced by keys.
 *
 * @param {any} manifest
 */
export function withKeys(manifest) {
  const moved = structuredClone(manifest);
  for (const {holder, name, key} of textPlaces(moved)) if (!keyPattern.test(holder[name])) holder[name] = `%${key}%`;
  return moved;
}

/** Of "tokenscope.changes.empty == clean", for the view tokenscope.changes: "empty == clean". */
function shortWhen({view, when = ""}) {
  return when.replaceAll(`${view}.`, "").replaceAll("tokenscope.", "");
}

/** "empty == clean" as "empty-clean", "!empty" as "not-empty". */
function slug(text) {
  return text
    .replace(/!(?!=)/g, "not ")
    .replace("!=", "not")
    .replace(/[^\w.]+/g, "-")
    .replace(/^-|-$/g, "");
}
