// The page hands its words over, in the language of the person: nothing is written out in the script.
const settings = JSON.parse(document.getElementById("flow-editor-settings").textContent);

export const urls = settings.urls;
export const canEdit = settings.canEdit;

// `w("faults", { number })` fills %(number)s.
export function w(key, values = {}) {
  const words = settings.words[key] ?? key;
  return words.replace(/%\((\w+)\)s/g, (_, name) => values[name] ?? "");
}

// What the engine found wrong, in the person's words where it is a known kind of fault.
export function inWords(issue) {
  if (issue.type === "missing_dependency") {
    const { type, name, key } = issue.dependency;
    return w("issue_missing", { kind: w(`kind_${type}`), name: name || key || "" });
  }
  if (issue.type === "invalid_regex") return w("issue_pattern", { pattern: issue.regex });
  if (issue.type === "legacy_vars") return w("issue_legacy");
  return issue.description;
}
