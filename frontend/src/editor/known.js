// What forms may refer to, and what expressions may name.
import { createContext } from "react";
import { resultsOf } from "./model.js";

export const Known = createContext({ assets: {}, languages: [], expressions: [] });

const ALWAYS = ["contact", "contact.name", "contact.first_name", "contact.language", "contact.groups", "input", "input.text", "urns.tel", "results", "run.uuid", "webhook", "webhook.status", "webhook.json", "child.results", "parent.results", "trigger.params"];

export function expressionsOf(definition, assets) {
  return [
    ...ALWAYS,
    ...assets.fields.map(({ key }) => `fields.${key}`),
    ...assets.globals.map(({ key }) => `globals.${key}`),
    ...resultsOf(definition).flatMap(({ key }) => [`results.${key}`, `results.${key}.category`]),
  ].sort();
}
