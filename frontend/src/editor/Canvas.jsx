// The drawing of the flow. React Flow moves, zooms and connects; what a step means is not its matter.
import "@xyflow/react/dist/style.css";
import { Background, Controls, MarkerType, MiniMap, ReactFlow, useNodesInitialized, useNodesState, useReactFlow } from "@xyflow/react";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { labelOf } from "./describe.js";
import { connect, move, nodesOf, positionsOf } from "./model.js";
import { Step } from "./Step.jsx";
import { canEdit, w } from "./words.js";

const TYPES = { step: Step };
const NONE = [];
const LEAST_ZOOM = 0.55;
const READING_ZOOM = 0.8;
const MARGIN = 24;
const MARKER = { type: MarkerType.ArrowClosed, width: 16, height: 16 };

export function Canvas({ definition, change, issues, open, onOpen, onSelect, onDrop, trace, focus }) {
  const flow = useReactFlow();
  const [nodes, setNodes, onNodesChange] = useNodesState([]);
  const moved = useRef({});
  const place = useRef(null);

  useEffect(() => {
    const positions = positionsOf(definition);
    setNodes((before) => {
      const known = new Map(before.map((node) => [node.id, node]));
      return nodesOf(definition).map((node, index) => {
        const old = known.get(node.uuid);
        const data = {
          node,
          issues: issues[node.uuid] ?? NONE,
          isFirst: index === 0,
          isNow: trace.now === node.uuid,
          wasMet: trace.nodes.has(node.uuid),
        };
        return {
          ...old,
          id: node.uuid,
          type: "step",
          position: old?.dragging ? old.position : positions[node.uuid],
          data,
          ariaLabel: labelOf(node),
        };
      });
    });
  }, [definition, issues, trace, setNodes]);

  const edges = useMemo(() => {
    const known = new Set(nodesOf(definition).map((node) => node.uuid));
    return nodesOf(definition).flatMap((node) =>
      (node.exits ?? [])
        .filter((exit) => known.has(exit.destination_uuid))
        .map((exit) => ({
          id: exit.uuid,
          source: node.uuid,
          sourceHandle: exit.uuid,
          target: exit.destination_uuid,
          type: "smoothstep",
          markerEnd: MARKER,
          focusable: false,
          className: trace.exits.has(exit.uuid) ? "fe-edge fe-edge--met" : "fe-edge",
        })),
    );
  }, [definition, trace]);

  // Arrow keys move a selected step without dragging it: that is kept when they rest.
  const timer = useRef(0);
  const keepMoves = useCallback(() => {
    const positions = moved.current;
    moved.current = {};
    if (Object.keys(positions).length) change("move", (before) => move(before, positions));
  }, [change]);
  const onChanges = useCallback(
    (changes) => {
      onNodesChange(changes);
      if (!canEdit) return;
      for (const each of changes) {
        if (each.type === "position" && each.position && !each.dragging) moved.current[each.id] = each.position;
      }
      clearTimeout(timer.current);
      timer.current = setTimeout(keepMoves, 300);
    },
    [onNodesChange, keepMoves],
  );
  const onDragStop = useCallback(
    (_event, _node, dragged) => {
      const positions = Object.fromEntries(dragged.map((node) => [node.id, node.position]));
      change("", (before) => move(before, positions));
      moved.current = {};
    },
    [change],
  );

  // Moves the drawing no more than the step needs to be in sight: what stands still is found again.
  const reveal = useCallback(
    (uuid) => {
      const step = place.current?.querySelector(`.react-flow__node[data-id="${uuid}"]`)?.getBoundingClientRect();
      const all = place.current?.getBoundingClientRect();
      const node = flow.getNode(uuid);
      if (!node || !all) return;
      if (!step || step.width < 230 * LEAST_ZOOM) {
        flow.setCenter(node.position.x + 115, node.position.y + 60, { zoom: READING_ZOOM, duration: 200 });
        return;
      }
      const away = (from, to, least, most) => (from < least + MARGIN ? least + MARGIN - from : to > most - MARGIN ? most - MARGIN - to : 0);
      const right = away(step.left, step.right, all.left, all.right);
      const down = away(step.top, step.bottom, all.top, all.bottom);
      const { x, y, zoom } = flow.getViewport();
      if (right || down) flow.setViewport({ x: x + right, y: y + down, zoom }, { duration: 200 });
    },
    [flow],
  );
  useEffect(() => {
    if (!focus) return undefined;
    setNodes((before) => before.map((node) => ({ ...node, selected: node.id === focus.uuid })));
    // Once it is drawn, and whatever opened beside the drawing has its room.
    const timer = setTimeout(() => {
      reveal(focus.uuid);
      if (focus.takes) place.current?.querySelector(`.react-flow__node[data-id="${focus.uuid}"]`)?.focus({ preventScroll: true });
    }, 60);
    return () => clearTimeout(timer);
  }, [focus, reveal, setNodes]);
  useEffect(() => {
    const timer = setTimeout(() => open && reveal(open), 60);
    return () => clearTimeout(timer);
  }, [open, reveal]);

  // All of it at first; of a large flow rather its beginning than everything too small to read.
  const isMeasured = useNodesInitialized();
  const begun = useRef(false);
  useEffect(() => {
    if (!isMeasured || begun.current) return;
    begun.current = true;
    const first = nodesOf(definition)[0];
    flow.fitView({ maxZoom: 1, padding: 0.15 }).then(() => {
      if (flow.getZoom() >= LEAST_ZOOM || !place.current) return;
      const { x, y } = flow.getNode(first.uuid).position;
      flow.setViewport({ x: place.current.clientWidth / 2 - (x + 115) * READING_ZOOM, y: 2 * MARGIN - y * READING_ZOOM, zoom: READING_ZOOM });
    });
  }, [isMeasured, definition, flow]);

  const onKeyDown = (event) => {
    const node = event.target.closest?.(".react-flow__node");
    if (node && event.target === node && event.key === "Enter") {
      event.preventDefault();
      onOpen(node.dataset.id);
    }
  };
  const onConnectEnd = (event, connection) => {
    if (connection.isValid || !connection.fromHandle || connection.fromHandle.type !== "source") return;
    const point = "changedTouches" in event ? event.changedTouches[0] : event;
    const position = flow.screenToFlowPosition({ x: point.clientX, y: point.clientY });
    onDrop({ node: connection.fromNode.id, exit: connection.fromHandle.id }, { x: position.x - 115, y: position.y });
  };

  return (
    <div className="fe-canvas" ref={place} onKeyDown={onKeyDown}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={TYPES}
        onNodesChange={onChanges}
        onNodeDragStop={onDragStop}
        onNodeClick={(event, node) => !event.shiftKey && !event.metaKey && !event.ctrlKey && onOpen(node.id)}
        onPaneClick={() => onOpen(null)}
        onSelectionChange={onSelect}
        onConnect={({ source, sourceHandle, target }) => change("", (before) => connect(before, source, sourceHandle, target))}
        onConnectEnd={canEdit ? onConnectEnd : undefined}
        onEdgeDoubleClick={(_event, edge) => canEdit && change("", (before) => connect(before, edge.source, edge.id, null))}
        nodesDraggable={canEdit}
        nodesConnectable={canEdit}
        deleteKeyCode={null}
        multiSelectionKeyCode="Shift"
        selectionKeyCode="Shift"
        connectionRadius={40}
        minZoom={0.1}
        maxZoom={1.5}
        onlyRenderVisibleElements={nodes.length > 150}
        fitViewOptions={{ maxZoom: 1, padding: 0.15 }}
        ariaLabelConfig={{
          "node.a11yDescription.default": w("a11y_step"),
          "node.a11yDescription.keyboardDisabled": w("a11y_step"),
          "edge.a11yDescription.default": w("a11y_way"),
          "controls.ariaLabel": w("a11y_controls"),
          "controls.zoomIn.ariaLabel": w("zoom_in"),
          "controls.zoomOut.ariaLabel": w("zoom_out"),
          "controls.fitView.ariaLabel": w("show_all"),
          "minimap.ariaLabel": w("map"),
          "handle.ariaLabel": w("way"),
          "node.a11yDescription.ariaLiveMessage": ({ direction, x, y }) => w("a11y_moved", { direction, x: Math.round(x), y: Math.round(y) }),
        }}
      >
        <Background gap={20} size={1.5} color="#c9d3d0" />
        <Controls showInteractive={false} position="bottom-left" />
        {nodes.length > 12 && <MiniMap pannable zoomable position="bottom-right" nodeColor={(node) => (node.id === open ? "#0b5f57" : "#b8c9c4")} />}
      </ReactFlow>
    </div>
  );
}
