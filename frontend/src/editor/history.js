// The definition with what it was before: changes of one kind in quick succession are one step back.
import { useCallback, useReducer } from "react";

const MOST = 100;
const ONE_STEP_MILLISECONDS = 1200;

function reduce(state, action) {
  const { past, present, future, tag, at } = state;
  switch (action.type) {
    case "load":
      return { past: [], present: action.definition, future: [], tag: "", at: 0, version: state.version + 1, from: action.definition };
    case "change": {
      const changed = action.change(present);
      if (changed === present) return state;
      const same = action.tag !== "" && action.tag === tag && action.now - at < ONE_STEP_MILLISECONDS;
      return { ...state, past: same ? past : [...past.slice(-MOST + 1), present], present: changed, future: [], tag: action.tag, at: action.now };
    }
    case "undo":
      if (!past.length) return state;
      return { ...state, past: past.slice(0, -1), present: past.at(-1), future: [present, ...future], tag: "" };
    case "redo":
      if (!future.length) return state;
      return { ...state, past: [...past, present], present: future[0], future: future.slice(1), tag: "" };
    default:
      return state;
  }
}

export function useHistory(definition) {
  const [state, dispatch] = useReducer(reduce, { past: [], present: definition, future: [], tag: "", at: 0, version: 0, from: definition });
  const change = useCallback((tag, change) => dispatch({ type: "change", tag, change, now: Date.now() }), []);
  return {
    definition: state.present,
    loaded: state.from,
    change,
    load: useCallback((loaded) => dispatch({ type: "load", definition: loaded }), []),
    undo: useCallback(() => dispatch({ type: "undo" }), []),
    redo: useCallback(() => dispatch({ type: "redo" }), []),
    canUndo: state.past.length > 0,
    canRedo: state.future.length > 0,
  };
}
