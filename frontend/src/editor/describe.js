// What steps are called and what they do, in a few words.
import { w } from "./words.js";

const names = (items) => (items ?? []).map((item) => item.name || item.name_match).filter(Boolean).join(", ");

const ACTION_WORDS = {
  send_msg: (a) => a.text,
  say_msg: (a) => a.text,
  send_broadcast: (a) => a.text,
  send_email: (a) => a.subject,
  set_contact_field: (a) => `${a.field?.name ?? ""} = ${a.value ?? ""}`,
  set_contact_name: (a) => a.name,
  set_contact_language: (a) => a.language,
  set_contact_status: (a) => a.status,
  add_contact_groups: (a) => names(a.groups),
  remove_contact_groups: (a) => (a.all_groups ? w("all_lists") : names(a.groups)),
  add_input_labels: (a) => names(a.labels),
  set_run_result: (a) => `${a.name} = ${a.value ?? ""}`,
  set_run_local: (a) => `${a.local} = ${a.value ?? ""}`,
  enter_flow: (a) => a.flow?.name,
  start_session: (a) => a.flow?.name,
  call_webhook: (a) => `${a.method} ${a.url}`,
  call_resthook: (a) => a.resthook,
};

export const actionTitle = (action) => w(`action_${action.type}`);
export const actionWords = (action) => ACTION_WORDS[action.type]?.(action) ?? "";

// What kind of step it is: for its colour and its heading.
export function kindOf(node) {
  const types = (node.actions ?? []).map((action) => action.type);
  if (node.router?.wait) return "answer";
  if (node.router?.type === "random") return "random";
  if (types.includes("enter_flow")) return "flow";
  if (types.includes("call_webhook") || types.includes("call_resthook")) return "webhook";
  if (node.router) return "split";
  return types.length && types.every((type) => type === "send_msg" || type === "say_msg") ? "message" : "deed";
}

export function titleOf(node) {
  const kind = kindOf(node);
  if (kind === "answer" && node.router.result_name) return w("title_answer_named", { name: node.router.result_name });
  if (kind === "split") return w("title_split_by", { operand: node.router.operand });
  return w(`title_${kind}`);
}

// One line that tells steps apart in lists.
export function labelOf(node) {
  const first = (node.actions ?? []).map(actionWords).find(Boolean);
  const words = first ? `${titleOf(node)}: ${first}` : titleOf(node);
  return words.length > 90 ? `${words.slice(0, 89)}…` : words;
}
