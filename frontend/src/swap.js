// Puts new content into an element and leaves alone what did not change: focus, opened details and the place in
// a scrolled table stay as they were. The unit is the element with an id, such as the row of a table.

export function swap(target, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  replaceChildren(target, template.content);
}

function replaceChildren(target, fresh) {
  const before = [...target.children];
  const after = [...fresh.children];
  const sameShape =
    before.length > 0 &&
    before.length === after.length &&
    before.every((child, index) => child.tagName === after[index].tagName && child.id === after[index].id);
  if (!sameShape) {
    target.replaceChildren(...fresh.childNodes);
    return;
  }
  before.forEach((child, index) => replaceElement(child, after[index]));
}

function replaceElement(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  const hasParts = fresh.querySelector("[id]") !== null || old.contains(document.activeElement);
  if (!hasParts || fresh.children.length === 0) {
    old.replaceWith(fresh);
    return;
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  replaceChildren(old, fresh);
}
