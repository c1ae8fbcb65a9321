// How a step decides where to go on: the tests of a switch, the ways of a dice, the wait and its patience.
import { useContext } from "react";
import { Choice, Template, Text, Tick } from "./Fields.jsx";
import { Known } from "./known.js";
import { nameCase, withCase, withCategory, withoutCase, withoutCategory, withTimeout } from "./model.js";
import { canEdit, w } from "./words.js";

// The tests with the number of their arguments.
const TESTS = {
  has_any_word: 1, has_all_words: 1, has_phrase: 1, has_only_phrase: 1, has_only_text: 1, has_beginning: 1, has_text: 0, has_pattern: 1,
  has_number: 0, has_number_between: 2, has_number_lt: 1, has_number_lte: 1, has_number_eq: 1, has_number_gte: 1, has_number_gt: 1,
  has_date: 0, has_date_lt: 1, has_date_eq: 1, has_date_gt: 1, has_time: 0, has_phone: 0, has_email: 0,
  has_state: 0, has_district: 1, has_ward: 2, has_group: 1, has_category: 1, has_intent: 2, has_top_intent: 2, has_error: 0, has_value: 0,
};
const PATIENCE = [300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 64800, 86400, 172800, 259200, 604800];

export function RouterForm({ node, onChange }) {
  const { router } = node;
  const set = (changes) => onChange({ ...node, router: { ...router, ...changes } });
  return (
    <>
      {router.type === "switch" && !router.wait && <Template label={w("field_operand")} value={router.operand} onChange={(operand) => set({ operand })} />}
      {router.type === "switch" && <Cases node={node} onChange={onChange} set={set} />}
      {router.type === "random" && <Buckets node={node} onChange={onChange} set={set} />}
      {router.wait && <Patience node={node} onChange={onChange} />}
      <Text
        label={w("field_result_name")}
        hint={w("result_name_hint")}
        value={router.result_name}
        onChange={(name) => {
          const { result_name: _gone, ...rest } = router;
          onChange({ ...node, router: name ? { ...router, result_name: name } : rest });
        }}
      />
      {router.wait && router.operand !== "@input.text" && <Template label={w("field_operand")} value={router.operand} onChange={(operand) => set({ operand })} />}
    </>
  );
}

function Cases({ node, onChange, set }) {
  const { router } = node;
  const cases = router.cases ?? [];
  const other = router.categories.find((each) => each.uuid === router.default_category_uuid);
  const setCase = (changed) => set({ cases: cases.map((each) => (each.uuid === changed.uuid ? changed : each)) });
  const swap = (index, by) => {
    const moved = [...cases];
    [moved[index], moved[index + by]] = [moved[index + by], moved[index]];
    set({ cases: moved });
  };
  return (
    <fieldset className="govuk-fieldset fe-cases">
      <legend className="govuk-fieldset__legend fe-label">{w(router.wait ? "cases_of_answer" : "cases")}</legend>
      {cases.map((item, index) => (
        <div key={item.uuid} className="fe-case">
          <div className="fe-case__row">
            <Choice label={w("field_test")} value={item.type} options={Object.keys(TESTS).map((type) => [type, w(`test_${type}`)])} onChange={(type) => setCase({ ...item, type, arguments: fitted(item.arguments, type) })} />
            <Text label={w("field_category")} value={router.categories.find((each) => each.uuid === item.category_uuid)?.name} onChange={(name) => onChange(nameCase(node, item, name))} />
          </div>
          <Arguments item={item} onChange={setCase} />
          {canEdit && (
            <p className="fe-case__actions">
              <button type="button" className="app-link-button" disabled={index === 0} onClick={() => swap(index, -1)}>{w("up")}</button>
              <button type="button" className="app-link-button" disabled={index === cases.length - 1} onClick={() => swap(index, 1)}>{w("down")}</button>
              <button type="button" className="app-link-button" onClick={() => onChange(withoutCase(node, item.uuid))}>{w("remove")}</button>
            </p>
          )}
        </div>
      ))}
      {canEdit && <button type="button" className="govuk-button govuk-button--secondary fe-small" onClick={() => onChange(withCase(others(node)))}>{w("add_case")}</button>}
      {other && (
        <Text
          label={w("field_other")}
          value={other.name}
          onChange={(name) => set({ categories: router.categories.map((each) => (each.uuid === other.uuid ? { ...each, name } : each)) })}
        />
      )}
    </fieldset>
  );
}

// As soon as some answers are told apart, the rest are no longer all of them.
function others(node) {
  const { router } = node;
  const rename = (each) => (each.uuid === router.default_category_uuid && each.name === w("name_any") ? { ...each, name: w("name_other") } : each);
  return { ...node, router: { ...router, categories: router.categories.map(rename) } };
}

const fitted = (words = [], type) => Array.from({ length: TESTS[type] ?? words.length }, (_, index) => words[index] ?? "");

function Arguments({ item, onChange }) {
  const { assets } = useContext(Known);
  const words = item.arguments ?? [];
  if (item.type === "has_group") {
    return (
      <Choice
        label={w("kind_group")}
        value={words[0]}
        none=""
        options={assets.groups.map(({ uuid, name }) => [uuid, name])}
        onChange={(uuid) => onChange({ ...item, arguments: [uuid, assets.groups.find((group) => group.uuid === uuid)?.name ?? ""] })}
      />
    );
  }
  const number = Math.max(TESTS[item.type] ?? words.length, words.length);
  return Array.from({ length: number }, (_, index) => (
    <Template
      key={index}
      label={number > 1 ? w("field_argument_of", { number: index + 1 }) : w("field_argument")}
      value={words[index]}
      onChange={(text) => onChange({ ...item, arguments: Array.from({ length: number }, (_, at) => (at === index ? text : (words[at] ?? ""))) })}
    />
  ));
}

function Buckets({ node, onChange, set }) {
  const { categories } = node.router;
  return (
    <fieldset className="govuk-fieldset fe-cases">
      <legend className="govuk-fieldset__legend fe-label">{w("buckets")}</legend>
      {categories.map((each, index) => (
        <div key={each.uuid} className="fe-case__row">
          <Text label={w("field_category_of", { number: index + 1 })} value={each.name} onChange={(name) => set({ categories: categories.map((other) => (other.uuid === each.uuid ? { ...other, name } : other)) })} />
          {canEdit && categories.length > 1 && <button type="button" className="app-link-button" onClick={() => onChange(withoutCategory(node, each.uuid))}>{w("remove")}</button>}
        </div>
      ))}
      {canEdit && <button type="button" className="govuk-button govuk-button--secondary fe-small" onClick={() => onChange(withCategory(node, `${w("bucket")} ${categories.length + 1}`))}>{w("add_bucket")}</button>}
    </fieldset>
  );
}

function lasting(seconds) {
  const [unit, size] = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]].find(([, each]) => seconds % each === 0);
  return new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, unitDisplay: "long" }).format(seconds / size);
}

function Patience({ node, onChange }) {
  const { timeout } = node.router.wait;
  const seconds = timeout?.seconds ?? 0;
  const options = [...new Set([...PATIENCE, ...(seconds ? [seconds] : [])])].sort((a, b) => a - b);
  return (
    <>
      <Tick label={w("has_patience")} value={Boolean(seconds)} onChange={(on) => onChange(withTimeout(node, on ? 86400 : 0, w("no_answer")))} />
      {seconds > 0 && (
        <Choice label={w("field_patience")} value={String(seconds)} options={options.map((each) => [String(each), lasting(each)])} onChange={(text) => onChange(withTimeout(node, Number(text), w("no_answer")))} />
      )}
    </>
  );
}
